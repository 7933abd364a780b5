import { type ArgumentsHost, Catch, type ExceptionFilter, Logger } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { sendOAuthError, toOAuthError } from './oauth-error.js';

/** Renders everything that the JSON endpoints throw as `{error, error_description}`. */
@Catch()
export class OAuthErrorFilter implements ExceptionFilter {
  private readonly logger = new Logger('oauth');

  catch(thrown: unknown, host: ArgumentsHost): void {
    const request = host.switchToHttp().getRequest<FastifyRequest>();
    const error = toOAuthError(thrown);
    if (error.getStatus() >= 500) {
      this.logger.error(`${request.id} ${thrown instanceof Error ? thrown.stack : String(thrown)}`);
    }
    sendOAuthError(host.switchToHttp().getResponse<FastifyReply>(), error);
  }
}
