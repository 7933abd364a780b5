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
import { ClientsService } from '../clients/clients.service.js';
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
import { PageErrorFilter } from './page-error.filter.js';
import { PageRenderer } from './page-renderer.js';

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
    private readonly clients: ClientsService,
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
    const client = await this.requireClient(pending);
    const context = { ...consentContext(client, pending), account: user.email, csrf: reply.generateCsrf() };
    this.pages.send(reply, 'consent', context, { formTargets: [redirectCspSource(pending.redirectUri)] });
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
    const client = await this.requireClient(pending);
    if (fields.decision === 'approve') {
      const code = await this.grants.approve(user.id, pending);
      this.sendOn(reply, client, pending, code);
    } else if (fields.decision === 'deny') {
      await this.grants.deny(pending);
      const target = this.answer(pending, { error: 'access_denied', error_description: 'The user said no.' });
      void reply.header('cache-control', 'no-store').redirect(target, 303);
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
    code: string,
  ): void {
    const host = redirectDisplayHost(pending.redirectUri);
    const target = this.answer(pending, { code });
    this.pages.send(reply, 'continue', { clientName: client.name ?? host, host, target });
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

  private async requireClient(pending: AuthorizationRequest): Promise<OAuthClient> {
    const client = await this.clients.findById(pending.clientId);
    if (client && !client.disabledAt) return client;
    throw new AppError('forbidden', 'This application may not connect to this server.');
  }
}

function consentContext(client: OAuthClient, pending: AuthorizationRequest): object {
  const host = redirectDisplayHost(pending.redirectUri);
  return {
    clientName: client.name ?? host,
    host,
    unverified: client.kind === 'dynamic',
    loopback: isLoopbackRedirect(pending.redirectUri),
    privateScheme: isPrivateSchemeRedirect(pending.redirectUri),
    scopes: scopeTexts(pending.scopes),
    requestId: pending.id,
  };
}
