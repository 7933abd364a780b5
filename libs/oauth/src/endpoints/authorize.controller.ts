import { Controller, Get, Inject, Query as QueryParameters, Req, Res, UseFilters } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { SignInService } from '#libs/accounts';
import { APP_CONFIG, type AppConfig } from '#libs/config';
import { AppError } from '#libs/errors';
import { RateLimiter } from '#libs/http';
import { ClientsService } from '../clients/clients.service.js';
import type { OAuthClient } from '../clients/oauth-client.entity.js';
import {
  isLoopbackRedirect,
  isPrivateSchemeRedirect,
  matchesRedirectUri,
  redirectDisplayHost,
  withParameters,
} from '../clients/redirect-uri.js';
import { AuthorizationRequestsService } from '../grants/authorization-requests.service.js';
import { LIMITS } from '../limits.js';
import { OAuthError } from '../oauth-error.js';
import { PageErrorFilter } from '../pages/page-error.filter.js';
import { PageRenderer } from '../pages/page-renderer.js';
import { type Query, readAuthorizationParameters, single } from './authorization-parameters.js';

const ADD_AGAIN = 'Remove this server in your assistant, then add it again.';

/** The authorization endpoint (RFC 6749 §3.1): checks, remembers, and hands over to the pages. */
@Controller()
@UseFilters(PageErrorFilter)
export class AuthorizeController {
  constructor(
    private readonly clients: ClientsService,
    private readonly requests: AuthorizationRequestsService,
    private readonly signIn: SignInService,
    private readonly limiter: RateLimiter,
    private readonly pages: PageRenderer,
    @Inject(APP_CONFIG) private readonly config: AppConfig,
  ) {}

  @Get(['oauth/authorize', 'authorize'])
  async authorize(
    @QueryParameters() query: Query,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    await this.limiter.consume('oauth-authorize', request.ip, LIMITS.authorize);
    const client = await this.requireClient(query); // RFC 6749 §4.1.2.1: never redirect before both are known
    const redirectUri = requireRedirectUri(client, query); // §3.1.2.3
    const state = single(query, 'state') ?? null;
    try {
      const parameters = readAuthorizationParameters(query, this.config.mcpResource); // §4.1.1, RFC 7636, RFC 8707
      const browserId = this.signIn.browserId(request);
      const pending = await this.requests.create(browserId, {
        clientId: client.id,
        redirectUri,
        state,
        ...parameters,
      });
      void reply.header('cache-control', 'no-store').redirect(`/consent?request=${pending.id}`, 303);
    } catch (error) {
      if (!(error instanceof OAuthError)) throw error;
      await this.sendErrorBack(request, reply, client, redirectUri, state, error); // §4.1.2.1, RFC 9207 §2
    }
  }

  private async requireClient(query: Query): Promise<OAuthClient> {
    const clientId = single(query, 'client_id');
    const known = clientId !== undefined && !clientId.includes('\0');
    const client = known ? await this.clients.findEnabled(clientId) : null;
    if (client) return client;
    throw new AppError('invalid_request', 'This server does not know the application that sent you here.', {
      nextStep: ADD_AGAIN,
    });
  }

  /**
   * Nobody has signed in yet and anyone may register a client, so this server must not be a way to send people to
   * any address on the web (RFC 9700 §4.11.2): they are told first. An application on their own machine gets its
   * answer directly, and so does everyone once the person is known here.
   */
  private async sendErrorBack(
    request: FastifyRequest,
    reply: FastifyReply,
    client: OAuthClient,
    redirectUri: string,
    state: string | null,
    { code, description }: OAuthError,
  ): Promise<void> {
    const parameters = { error: code, error_description: description, state, iss: this.config.issuer };
    const target = withParameters(redirectUri, parameters);
    const own = isLoopbackRedirect(redirectUri) || isPrivateSchemeRedirect(redirectUri);
    if (own || (await this.signIn.currentUser(request))) {
      void reply.header('cache-control', 'no-store').redirect(target, 303);
      return;
    }
    const host = redirectDisplayHost(redirectUri);
    const context = { clientName: client.name ?? host, host, target, code, description };
    this.pages.send(reply, 'redirect-error', context, { status: 400 });
  }
}

/** RFC 6749 §3.1.2.3: may be left out when exactly one is registered. */
function requireRedirectUri(client: OAuthClient, query: Query): string {
  const { redirectUris } = client;
  const [first] = redirectUris;
  if (query.redirect_uri === undefined && redirectUris.length === 1 && first !== undefined) return first;
  const requested = single(query, 'redirect_uri');
  if (requested !== undefined && matchesRedirectUri(redirectUris, requested)) return requested;
  throw new AppError(
    'invalid_request',
    'The application wants to be answered at an address that it did not register.',
    {
      nextStep: ADD_AGAIN,
    },
  );
}
