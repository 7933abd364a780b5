import { Controller, Get, Inject, Query as QueryParameters, Req, Res, UseFilters } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { SignInService } from '#libs/accounts';
import { APP_CONFIG, type AppConfig } from '#libs/config';
import { AppError } from '#libs/errors';
import { PageErrorFilter, PageRenderer } from '#libs/pages';
import { ClientResolver } from '../clients/client-resolver.service.js';
import type { OAuthClient } from '../clients/oauth-client.entity.js';
import { matchesRedirectUri, redirectDisplayHost, withParameters } from '../clients/redirect-uri.js';
import { EndpointLimits } from '../endpoint-limits.js';
import { AuthorizationRequestsService } from '../grants/authorization-requests.service.js';
import { OAuthError } from '../oauth-error.js';
import { type Query, readAuthorizationParameters, single } from './authorization-parameters.js';

/** The authorization endpoint (RFC 6749 §3.1): checks, remembers, and hands over to the pages. */
@Controller()
@UseFilters(PageErrorFilter)
export class AuthorizeController {
  constructor(
    private readonly clients: ClientResolver,
    private readonly requests: AuthorizationRequestsService,
    private readonly signIn: SignInService,
    private readonly limits: EndpointLimits,
    private readonly pages: PageRenderer,
    @Inject(APP_CONFIG) private readonly config: AppConfig,
  ) {}

  @Get(['oauth/authorize', 'authorize'])
  async authorize(
    @QueryParameters() query: Query,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    await this.limits.authorize(request.ip);
    const clientId = single(query, 'client_id');
    const client = await this.clients.resolve(clientId, single(query, 'redirect_uri'), request.ip); // RFC 6749 §2.2, CIMD §3
    const redirectUri = requireRedirectUri(client, query); // §3.1.2.3; never redirect before both are known (§4.1.2.1)
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

  /**
   * Nobody has signed in yet and anyone may register a client, so this server must not be a way to send people to
   * any address on the web (RFC 9700 §4.11.2): they are told first. An application on their own machine gets its
   * answer directly, so does one at a host that an administrator allowed, and everyone once the person is known here.
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
    if ((await this.clients.mayRedirectTo(redirectUri)) || (await this.signIn.currentUser(request))) {
      void reply.header('cache-control', 'no-store').redirect(target, 303);
      return;
    }
    const host = redirectDisplayHost(redirectUri);
    const context = { clientName: client.name ?? host, host, target, code, description };
    this.pages.send(reply, 'redirect-error', context, { status: 400 });
  }
}

/** RFC 6749 §3.1.2.3: may be left out (§3.1: or empty) when exactly one is registered. */
function requireRedirectUri(client: OAuthClient, query: Query): string {
  const { redirectUris } = client;
  const [first] = redirectUris;
  if (!query.redirect_uri && redirectUris.length === 1 && first !== undefined) return first;
  const requested = single(query, 'redirect_uri');
  if (requested !== undefined && matchesRedirectUri(redirectUris, requested)) return requested;
  throw new AppError(
    'invalid_request',
    'The application wants to be answered at an address that it did not register.',
    { nextStep: 'Remove this server in your assistant, then add it again.' },
  );
}
