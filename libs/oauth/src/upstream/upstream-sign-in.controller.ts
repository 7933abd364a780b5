import { Controller, Get, Inject, Logger, Query, Req, Res, UseFilters } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { SignInService } from '#libs/accounts';
import { AuditLog } from '#libs/audit';
import { APP_CONFIG, type AppConfig } from '#libs/config';
import { AppError } from '#libs/errors';
import { PageErrorFilter, PageRenderer } from '#libs/pages';
import { EndpointLimits } from '../endpoint-limits.js';
import { safeReturnPath } from '../pages/return-to.js';
import { requireSecureConnection } from '../pages/secure-connection.js';
import { signInWays } from '../pages/sign-in-ways.js';
import { failureText } from './failure-page.js';
import { describeCause, SignInFailure } from './sign-in-failure.js';
import { UpstreamSignInService } from './upstream-sign-in.service.js';

interface BeginQuery {
  return_to?: unknown;
  /** `other`: let me choose, although the provider knows me. */
  account?: unknown;
}

/** Sign-in with the identity provider: away to it, and back. */
@Controller('login/oidc')
@UseFilters(PageErrorFilter)
export class UpstreamSignInController {
  private readonly logger = new Logger('upstream');

  constructor(
    private readonly upstream: UpstreamSignInService,
    private readonly signIn: SignInService,
    private readonly limits: EndpointLimits,
    private readonly audit: AuditLog,
    private readonly pages: PageRenderer,
    @Inject(APP_CONFIG) private readonly config: AppConfig,
  ) {}

  @Get()
  async begin(
    @Query() query: BeginQuery,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    this.requireProvider();
    requireSecureConnection(this.config, request);
    await this.limits.authorize(request.ip);
    const wanted = typeof query.return_to === 'string' ? query.return_to : undefined;
    const returnTo = safeReturnPath(wanted, this.config.issuer);
    await this.orFailurePage(request, reply, returnTo, async () => {
      const target = await this.upstream.begin(request, returnTo, query.account === 'other');
      void reply.header('cache-control', 'no-store').redirect(target.href, 303);
    });
  }

  @Get('callback')
  async finish(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    this.requireProvider();
    await this.limits.authorize(request.ip);
    await this.orFailurePage(request, reply, '/account', async () => {
      const [, answer = ''] = request.url.split('?', 2);
      const { user, returnTo } = await this.upstream.finish(request, answer);
      await this.signIn.signIn(request, user);
      await this.audit.record({
        type: 'sign_in.succeeded',
        actorId: user.id,
        userId: user.id,
        ip: request.ip,
        details: { method: 'oidc' },
      });
      void reply.header('cache-control', 'no-store').redirect(returnTo, 303);
    });
  }

  private async orFailurePage(
    request: FastifyRequest,
    reply: FastifyReply,
    returnTo: string,
    work: () => Promise<void>,
  ): Promise<void> {
    try {
      await work();
    } catch (error) {
      if (!(error instanceof SignInFailure)) throw error;
      const { details } = error;
      await this.note(request, error);
      const { status, ...text } = failureText(error, signInWays(this.config));
      const context = { ...text, returnTo: encodeURIComponent(details.returnTo ?? returnTo) };
      this.pages.send(reply, 'sign-in-failed', { ...context, requestId: request.id }, { status });
    }
  }

  /** An answer that nobody asked for concerns no account, and anyone can make it up: it leaves nothing behind. */
  private async note(request: FastifyRequest, error: SignInFailure): Promise<void> {
    const { reason, details } = error;
    if (reason === 'unknown_state') {
      this.logger.debug(`${request.id} ${reason}`);
      return this.limits.strayAnswer(request.ip);
    }
    this.logger.warn(`${request.id} ${reason}: ${describeCause(error)}`);
    await this.audit.record({
      type: 'sign_in.failed',
      userId: details.userId,
      ip: request.ip,
      details: { method: 'oidc', reason },
    });
  }

  private requireProvider(): void {
    if (signInWays(this.config).provider !== undefined) return;
    throw new AppError('not_found', 'This server has no identity provider to sign in with.');
  }
}
