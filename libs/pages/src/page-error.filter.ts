import { type ArgumentsHost, Catch, type ExceptionFilter, Logger } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { HTTP_STATUS, toAppError } from '#libs/errors';
import { sendErrorPage } from './error-page.js';
import { PageRenderer } from './page-renderer.js';

/** Renders what the pages throw as a page. 5xx texts are fixed; their cause goes to the log. */
@Catch()
export class PageErrorFilter implements ExceptionFilter {
  private readonly logger = new Logger('pages');

  constructor(private readonly pages: PageRenderer) {}

  catch(thrown: unknown, host: ArgumentsHost): void {
    const request = host.switchToHttp().getRequest<FastifyRequest>();
    const error = toAppError(thrown);
    if (HTTP_STATUS[error.kind] >= 500) {
      this.logger.error(`${request.id} ${thrown instanceof Error ? thrown.stack : String(thrown)}`);
    }
    sendErrorPage(this.pages, host.switchToHttp().getResponse<FastifyReply>(), error, request.id);
  }
}
