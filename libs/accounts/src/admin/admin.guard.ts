import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { AppError } from '#libs/errors';
import type { Actor } from '../actor.js';
import { apiKeyOf } from '../api-keys/api-key.guard.js';
import { ApiKeysService } from '../api-keys/api-keys.service.js';
import { requireOwnScript } from '../sessions/csrf.guard.js';
import { SignInService } from '../sessions/sign-in.service.js';

/** Methods that change nothing, so that another site's page may cause them. */
const SAFE_METHODS = new Set(['GET', 'HEAD', 'OPTIONS']);

/**
 * Lets administrators pass and sets `request.actor`: by API key, or by the web session of their browser. An MCP
 * access token is neither. Whoever shows any credentials in `Authorization` is judged by them alone.
 *
 * Routes that curators may use too say so with `@AdminGuard.AlsoCurators()`, on the controller or the method.
 */
@Injectable()
export class AdminGuard implements CanActivate {
  /** Marks routes of the catalogue, which curators keep as administrators do. */
  static readonly AlsoCurators = Reflector.createDecorator<void, true>({ transform: () => true });

  constructor(
    private readonly reflector: Reflector,
    private readonly apiKeys: ApiKeysService,
    private readonly signIn: SignInService,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    const actor = await this.authenticate(request);
    if (!actor) {
      void context.switchToHttp().getResponse<FastifyReply>().header('www-authenticate', 'Key');
      const whose = this.isForCurators(context) ? 'An administrator’s or a curator’s' : 'An administrator’s';
      throw new AppError('unauthenticated', `${whose} API key is needed: \`Authorization: Key <key>\`.`);
    }
    this.assertRole(context, actor);
    request.actor = actor;
    return true;
  }

  private assertRole(context: ExecutionContext, { role }: Actor): void {
    const alsoCurators = this.isForCurators(context);
    if (role === 'admin' || (role === 'curator' && alsoCurators)) return;
    const who = alsoCurators ? 'administrators and curators' : 'administrators';
    throw new AppError('forbidden', `Only ${who} may do that.`);
  }

  private isForCurators(context: ExecutionContext): boolean {
    const targets = [context.getHandler(), context.getClass()];
    return this.reflector.getAllAndOverride(AdminGuard.AlsoCurators, targets) === true;
  }

  private async authenticate(request: FastifyRequest): Promise<Actor | null> {
    const { authorization } = request.headers;
    if (authorization === undefined) return this.bySession(request);
    const key = apiKeyOf(authorization);
    return key === undefined ? null : this.apiKeys.verify(key);
  }

  private async bySession(request: FastifyRequest): Promise<Actor | null> {
    const user = await this.signIn.currentUser(request);
    if (!user) return null;
    if (!SAFE_METHODS.has(request.method)) await requireOwnScript(request);
    return { userId: user.id, email: user.email, role: user.role, clientId: null };
  }
}
