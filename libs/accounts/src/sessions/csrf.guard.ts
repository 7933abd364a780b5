import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { AppError } from '#libs/errors';

/** For routes that take a form: the `_csrf` field must be the token that this session's page carried. */
@Injectable()
export class CsrfGuard implements CanActivate {
  async canActivate(context: ExecutionContext): Promise<boolean> {
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    if (request.headers['sec-fetch-site'] === 'cross-site' || !isForm(request.body))
      throw new AppError('csrf');
    await requireCsrfToken(request);
    return true;
  }
}

/**
 * The token in the form's `_csrf` or in `x-csrf-token` must be one of this session's.
 * @throws AppError `csrf`
 */
function requireCsrfToken(request: FastifyRequest): Promise<void> {
  return new Promise((resolve, reject) => {
    // The plugin answers a wrong token itself; it gets a reply that only says no, so that our own error is shown.
    const refusing = { send: () => reject(new AppError('csrf')) } as unknown as FastifyReply;
    request.server.csrfProtection(request, refusing, resolve);
  });
}

/**
 * For what scripts send: a browser sends the cookie whoever asked it to, so it takes proof that a page of ours did.
 * @throws AppError `csrf`
 */
export async function requireOwnScript(request: FastifyRequest): Promise<void> {
  const site = request.headers['sec-fetch-site'];
  if (site !== undefined && site !== 'same-origin') throw new AppError('csrf');
  if (request.headers['x-csrf-token'] === undefined) throw new AppError('csrf');
  await requireCsrfToken(request);
}

/** The plugin would take the token from a header too, and the route would then read a form that is not there. */
function isForm(body: unknown): boolean {
  return typeof body === 'object' && body !== null && '_csrf' in body;
}
