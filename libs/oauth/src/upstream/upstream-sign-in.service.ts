import { Inject, Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { IdentitiesService, type User } from '#libs/accounts';
import type { RequestContext } from '#libs/audit';
import { APP_CONFIG, type AppConfig } from '#libs/config';
import { domainRefusal } from './account-claims.js';
import { OpenIdProvider } from './openid-provider.js';
import { type PendingSignIn, takePending, withPending } from './pending-sign-ins.js';
import { SignInFailure } from './sign-in-failure.js';

/** Sign-in that goes through the identity provider, bound to one browser's session from its begin to its end. */
@Injectable()
export class UpstreamSignInService {
  constructor(
    private readonly provider: OpenIdProvider,
    private readonly identities: IdentitiesService,
    @Inject(APP_CONFIG) private readonly config: AppConfig,
  ) {}

  /** @returns where to send the browser */
  async begin({ session }: FastifyRequest, returnTo: string, chooseAccount: boolean): Promise<URL> {
    const { url, signIn } = await this.provider.begin(chooseAccount);
    session.upstreamSignIns = withPending(session.upstreamSignIns, {
      ...signIn,
      returnTo,
      startedAt: Date.now(),
    });
    return url;
  }

  /**
   * Takes the provider's answer. Nobody is signed in yet when it returns.
   * @param answer the query of the callback
   * @throws SignInFailure
   */
  async finish(request: FastifyRequest, answer: string): Promise<{ user: User; returnTo: string }> {
    const { session } = request;
    const states = new URLSearchParams(answer).getAll('state');
    const state = states.length === 1 ? states[0] : undefined;
    const { pending, rest } = takePending(session.upstreamSignIns, state, Date.now());
    if (!pending) throw new SignInFailure('unknown_state');
    session.upstreamSignIns = rest;
    // At once, and not with the answer: the same state is worth nothing while the provider is being asked.
    await session.save();
    try {
      return { user: await this.userOf(answer, pending, request), returnTo: pending.returnTo };
    } catch (error) {
      if (error instanceof SignInFailure) error.details.returnTo = pending.returnTo;
      throw error;
    }
  }

  private async userOf(answer: string, pending: PendingSignIn, context: RequestContext): Promise<User> {
    const identity = await this.provider.finish(answer, pending);
    const { email } = identity;
    const refusal = domainRefusal(identity, this.config.OIDC_ALLOWED_DOMAINS);
    if (refusal) throw new SignInFailure(refusal, { email });
    const outcome = await this.identities.signIn(identity, { ip: context.ip });
    if ('refused' in outcome) throw new SignInFailure(outcome.refused, { email, userId: outcome.userId });
    return outcome.user;
  }
}
