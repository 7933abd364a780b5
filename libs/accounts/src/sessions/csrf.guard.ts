import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { AppError } from '#libs/errors';

/** For routes that take a form: the `_csrf` field must be the token that this session's page carried. */
@Injectable()
export class CsrfGuard implements CanActivate {
  async canActivate(context: ExecutionContext): Promise<boolean> {
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    if (request.headers['sec-fetch-site'] === 'cross-site') throw new AppError('csrf');
    await new Promise<void>((resolve, reject) => {
      // The plugin answers a wrong token itself; it gets a reply that only says no, so that our page is shown.
      const refusing = { send: () => reject(new AppError('csrf')) } as unknown as FastifyReply;
      request.server.csrfProtection(request, refusing, resolve);
    });
    return true;
  }
}
