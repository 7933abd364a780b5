import { type ArgumentsHost, Catch, type ExceptionFilter } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { SignInService } from '#libs/accounts';
import { AppError } from '#libs/errors';

/** Sends people who look at a page without being signed in to sign in first, and back. Programs get their error. */
@Catch(AppError)
export class SignInFilter implements ExceptionFilter<AppError> {
  constructor(private readonly signIn: SignInService) {}

  catch(error: AppError, host: ArgumentsHost): void {
    const request = host.switchToHttp().getRequest<FastifyRequest>();
    const { authorization, accept } = request.headers;
    const isPerson = authorization === undefined && accept?.includes('text/html');
    if (error.code !== 'unauthenticated' || !isPerson) throw error;
    this.signIn.toLogin(request, host.switchToHttp().getResponse<FastifyReply>());
  }
}
