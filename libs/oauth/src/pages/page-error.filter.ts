import { type ArgumentsHost, Catch, type ExceptionFilter, Logger } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { type AppError, HTTP_STATUS, toAppError } from '#libs/errors';
import { PageRenderer } from './page-renderer.js';

const TITLES: Record<number, string> = {
  400: 'That did not work',
  403: 'This request is over',
  404: 'Nothing here any more',
  409: 'Already answered',
  429: 'Too many attempts',
};

/** Renders what the pages throw as a page. 5xx texts are fixed; their cause goes to the log. */
@Catch()
export class PageErrorFilter implements ExceptionFilter {
  private readonly logger = new Logger('pages');

  constructor(private readonly pages: PageRenderer) {}

  catch(thrown: unknown, host: ArgumentsHost): void {
    const request = host.switchToHttp().getRequest<FastifyRequest>();
    const error = toAppError(thrown);
    const status = HTTP_STATUS[error.kind];
    if (status >= 500) {
      this.logger.error(`${request.id} ${thrown instanceof Error ? thrown.stack : String(thrown)}`);
    }
    this.send(host.switchToHttp().getResponse<FastifyReply>(), error, status, request.id);
  }

  private send(reply: FastifyReply, error: AppError, status: number, requestId: string): void {
    const { retryAfterSeconds, nextStep } = error.details;
    if (retryAfterSeconds !== undefined)
      void reply.header('retry-after', String(Math.ceil(retryAfterSeconds)));
    const title = TITLES[status] ?? (status >= 500 ? 'Something went wrong' : 'That did not work');
    this.pages.send(reply, 'error', { title, message: error.message, nextStep, requestId }, { status });
  }
}
