import { type ArgumentsHost, Catch, type ExceptionFilter } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { SignInService } from '#libs/accounts';
import { AppError } from '#libs/errors';
import { PageRenderer, sendErrorPage } from '#libs/pages';

/**
 * Sends people who look at a page without being signed in to sign in first, and back, and says on a page that it is
 * not for them. Programs get their error.
 */
@Catch(AppError)
export class SignInFilter implements ExceptionFilter<AppError> {
  constructor(
    private readonly signIn: SignInService,
    private readonly pages: PageRenderer,
  ) {}

  catch(error: AppError, host: ArgumentsHost): void {
    const request = host.switchToHttp().getRequest<FastifyRequest>();
    const { authorization, accept } = request.headers;
    const isPerson = authorization === undefined && accept?.includes('text/html');
    if (!isPerson) throw error;
    const reply = host.switchToHttp().getResponse<FastifyReply>();
    if (error.code === 'unauthenticated') this.signIn.toLogin(request, reply);
    else sendErrorPage(this.pages, reply, error, request.id);
  }
}
