import {
  Body,
  Controller,
  Get,
  HttpCode,
  Inject,
  Post,
  Query,
  Req,
  Res,
  UseFilters,
  UseGuards,
} from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { CsrfGuard, SignInService } from '#libs/accounts';
import { APP_CONFIG, type AppConfig } from '#libs/config';
import { AppError } from '#libs/errors';
import { PageErrorFilter, PageRenderer } from '#libs/pages';
import { ClientResolver } from '../clients/client-resolver.service.js';
import type { OAuthClient } from '../clients/oauth-client.entity.js';
import {
  isLoopbackRedirect,
  isPrivateSchemeRedirect,
  redirectCspSource,
  redirectDisplayHost,
  withParameters,
} from '../clients/redirect-uri.js';
import type { AuthorizationRequest } from '../grants/authorization-request.entity.js';
import { AuthorizationRequestsService } from '../grants/authorization-requests.service.js';
import { GrantsService } from '../grants/grants.service.js';
import { scopeTexts } from '../grants/scopes.js';

interface Fields {
  request?: string;
  decision?: string;
}

/**
 * The user's yes or no to one client. Always asked, even of someone who said yes before: a client that registered
 * itself, or answers on this machine, could be anyone's (RFC 8252 §8.6).
 */
@Controller('consent')
@UseFilters(PageErrorFilter)
export class ConsentController {
  constructor(
    private readonly requests: AuthorizationRequestsService,
    private readonly clients: ClientResolver,
    private readonly grants: GrantsService,
    private readonly signIn: SignInService,
    private readonly pages: PageRenderer,
    @Inject(APP_CONFIG) private readonly config: AppConfig,
  ) {}

  @Get()
  async show(
    @Query() query: Fields,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const pending = await this.requirePending(request, query.request);
    const user = await this.signIn.currentUser(request);
    if (!user) {
      const returnTo = encodeURIComponent(`/consent?request=${pending.id}`);
      void reply.header('cache-control', 'no-store').redirect(`/login?return_to=${returnTo}`, 303);
      return;
    }
    const client = await this.clients.requireStanding(pending.clientId);
    const context = { ...consentContext(client, pending), account: user.email, csrf: reply.generateCsrf() };
    this.pages.send(reply, 'consent', context, { formTargets: formTargets(pending.redirectUri) });
  }

  @Post()
  @HttpCode(200)
  @UseGuards(CsrfGuard)
  async decide(
    @Body() fields: Fields,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const pending = await this.requirePending(request, fields.request);
    const user = await this.signIn.currentUser(request);
    if (!user) throw new AppError('csrf');
    const client = await this.clients.requireStanding(pending.clientId);
    if (fields.decision === 'approve') {
      const code = await this.grants.approve(user, client, pending, { ip: request.ip });
      this.sendOn(reply, client, pending, { code });
    } else if (fields.decision === 'deny') {
      await this.grants.deny(user, client, pending, { ip: request.ip });
      this.sendBack(reply, client, pending);
    } else {
      throw new AppError('invalid_request', 'Choose whether to allow or to deny.');
    }
  }

  /**
   * A page that leads on, and not a redirect: browsers hold a form's whole redirect chain against `form-action`, and
   * what lies behind the client's address is not known here.
   */
  private sendOn(
    reply: FastifyReply,
    client: OAuthClient,
    pending: AuthorizationRequest,
    parameters: Record<string, string>,
  ): void {
    const host = redirectDisplayHost(pending.redirectUri);
    const denied = 'error' in parameters;
    this.pages.send(reply, 'continue', {
      title: denied ? 'You said no' : 'You are connected',
      denied,
      clientName: client.name ?? host,
      host,
      target: this.answer(pending, parameters),
    });
  }

  /** A redirect, but by a page where a form may not lead. */
  private sendBack(reply: FastifyReply, client: OAuthClient, pending: AuthorizationRequest): void {
    const parameters = { error: 'access_denied', error_description: 'The user said no.' };
    if (formTargets(pending.redirectUri).length === 0) {
      this.sendOn(reply, client, pending, parameters);
      return;
    }
    void reply.header('cache-control', 'no-store').redirect(this.answer(pending, parameters), 303);
  }

  /** RFC 6749 §4.1.2 and RFC 9207 §2 */
  private answer(pending: AuthorizationRequest, parameters: Record<string, string>): string {
    return withParameters(pending.redirectUri, {
      ...parameters,
      state: pending.state,
      iss: this.config.issuer,
    });
  }

  private requirePending(request: FastifyRequest, id: unknown): Promise<AuthorizationRequest> {
    const { browserId = '' } = request.session;
    return this.requests.requirePending(browserId, typeof id === 'string' ? id : undefined);
  }
}

/** CSP sources for the form's way to the client. None for an IPv6 address, which CSP has no word for. */
function formTargets(redirectUri: string): string[] {
  const source = redirectCspSource(redirectUri);
  return source.includes('[') ? [] : [source];
}

function consentContext(client: OAuthClient, pending: AuthorizationRequest): object {
  const host = redirectDisplayHost(pending.redirectUri);
  return {
    clientName: client.name ?? host,
    host,
    unverified: client.kind === 'dynamic',
    /** What is certain of the client: who serves the document that its id is the address of. */
    documentHost: client.kind === 'metadata' ? new URL(client.clientId).host : null,
    loopback: isLoopbackRedirect(pending.redirectUri),
    privateScheme: isPrivateSchemeRedirect(pending.redirectUri),
    scopes: scopeTexts(pending.scopes),
    requestId: pending.id,
  };
}
