import { type ExecutionContext, Inject, Injectable } from '@nestjs/common';
import { AuthGuard } from '@nestjs/passport';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { APP_CONFIG, type AppConfig } from '#libs/config';
import { MCP_SCOPE } from '../grants/scopes.js';
import { OAuthError } from '../oauth-error.js';
import { AccessTokenVerifier } from './access-token.verifier.js';
import { type BearerError, bearerChallenge, bearerStatus, presentsTokenTwice } from './bearer-challenge.js';
import { BEARER_STRATEGY } from './bearer.strategy.js';
import { OpenRequests } from './open-requests.js';
import type { VerifiedToken } from './token-cache.js';

const DESCRIPTIONS: Record<BearerError, string> = {
  invalid_request: 'Send one access token, in the Authorization header.',
  invalid_token: 'The access token is unknown, expired or revoked.',
  insufficient_scope: 'The access token was not granted the scope mcp.',
};

/** One token in the one form that it should have (RFC 6750 §2.1). */
const BEARER = /^Bearer ([\w.~+/-]+=*)$/i;

/**
 * Lets a request to /mcp pass with a good access token and sets `request.actor`; answers all others with the
 * challenge that tells a client how to get one (RFC 6750 §3, RFC 9728 §5.1).
 *
 * It runs twice: in the route's `onRequest` hook (`registerOAuth`), where a stranger is turned away before a byte of
 * the body was read, and again as the controller's guard, which finds the actor there and only asks whether the token
 * was revoked while the body came. So the controller is never open, whoever wires the application.
 *
 * What a header means, and whether a token is good, is for the strategy to say. But a client calls many times in the
 * seconds in which its token is remembered, and the way through Passport (a strategy object, promises and closures for
 * each request) costs several times as much as looking it up; so such a token takes the short way. Whatever is not
 * plainly a remembered token goes the long one, and both end in the same place, {@link admit}.
 */
@Injectable()
export class McpBearerGuard extends AuthGuard(BEARER_STRATEGY) {
  constructor(
    @Inject(APP_CONFIG) private readonly config: AppConfig,
    private readonly verifier: AccessTokenVerifier,
    private readonly openRequests: OpenRequests,
  ) {
    super();
  }

  override canActivate(context: ExecutionContext): boolean | Promise<boolean> {
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    if (request.actor) {
      if (this.openRequests.isRevoked(request)) throw this.refusal(context, 'invalid_token');
      return true;
    }
    if (presentsTokenTwice(request.raw.rawHeaders, request.query))
      throw this.refusal(context, 'invalid_request');
    const remembered = this.recall(request.headers.authorization);
    if (!remembered) return super.canActivate(context) as Promise<boolean>;
    this.admit(remembered, context);
    return true;
  }

  /**
   * @param challenge the strategy's own `WWW-Authenticate` value, or undefined with `status` 400 for a header that
   *   cannot be read; it tells whether there was a token at all
   */
  override handleRequest<User = VerifiedToken>(
    error: Error | null,
    token: VerifiedToken | false,
    challenge: unknown,
    context: ExecutionContext,
    status?: number,
  ): User {
    if (error) throw error;
    if (!token) {
      if (status === 400) throw this.refusal(context, 'invalid_request');
      const shown = typeof challenge === 'string' && challenge.includes('error="invalid_token"');
      throw this.refusal(context, shown ? 'invalid_token' : undefined);
    }
    this.admit(token, context);
    return token as User;
  }

  private recall(authorization: string | undefined): VerifiedToken | undefined {
    const [, token] = BEARER.exec(authorization ?? '') ?? [];
    return token === undefined ? undefined : this.verifier.recall(token);
  }

  /** Every good token comes through here, whichever way it took. */
  private admit(token: VerifiedToken, context: ExecutionContext): void {
    if (!token.scopes.includes(MCP_SCOPE)) throw this.refusal(context, 'insufficient_scope');
    const http = context.switchToHttp();
    const request = http.getRequest<FastifyRequest>();
    request.actor = token.actor;
    this.openRequests.enter(request, http.getResponse<FastifyReply>(), token);
  }

  private refusal(context: ExecutionContext, error: BearerError | undefined): OAuthError {
    const description = error && DESCRIPTIONS[error];
    const header = bearerChallenge({
      error,
      description,
      resourceMetadata: `${this.config.issuer}/.well-known/oauth-protected-resource/mcp`,
      scope: MCP_SCOPE,
    });
    // Also on the reply, for filters that render the body alone.
    void context.switchToHttp().getResponse<FastifyReply>().header('www-authenticate', header);
    return new OAuthError(
      error ?? 'unauthorized',
      description ?? 'An access token is needed. The WWW-Authenticate header says where to get one.',
      bearerStatus(error),
      { 'www-authenticate': header },
    );
  }
}
