import { Controller, Header, HttpCode, Post, Req, UseFilters } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { ClientAuthenticator } from '../clients/client-authenticator.js';
import { claimedClientId } from '../clients/client-credentials.js';
import { SUPPORTED_GRANT_TYPES } from '../clients/client-metadata.js';
import type { OAuthClient } from '../clients/oauth-client.entity.js';
import { EndpointLimits } from '../endpoint-limits.js';
import { OAuthErrorFilter } from '../oauth-error.filter.js';
import { OAuthError } from '../oauth-error.js';
import { CodeExchangeService } from '../tokens/code-exchange.service.js';
import { RefreshExchangeService } from '../tokens/refresh-exchange.service.js';
import type { TokenResponse } from '../tokens/token-issuer.js';
import { readFormParameters, requireParameter } from './form-parameters.js';

/** The token endpoint (RFC 6749 §3.2). */
@Controller()
@UseFilters(OAuthErrorFilter)
export class TokenController {
  constructor(
    private readonly authenticator: ClientAuthenticator,
    private readonly codes: CodeExchangeService,
    private readonly refreshes: RefreshExchangeService,
    private readonly limits: EndpointLimits,
  ) {}

  @Post(['oauth/token', 'token'])
  @HttpCode(200)
  @Header('cache-control', 'no-store')
  @Header('pragma', 'no-cache')
  async token(@Req() request: FastifyRequest): Promise<TokenResponse> {
    const form = readFormParameters(request); // §3.2
    await this.limits.token(request.ip, claimedClientId(request.headers.authorization, form));
    const grantType = requireParameter(form, 'grant_type');
    requireSupported(grantType); // §5.2 unsupported_grant_type
    const client = await this.authenticator.authenticate(request, form); // §3.2.1
    requireRegistered(client, grantType); // §5.2 unauthorized_client
    const context = { ip: request.ip };
    return grantType === 'refresh_token'
      ? this.refreshes.exchange(client, form, context) // §6
      : this.codes.exchange(client, form, context); // §4.1.3
  }
}

function requireSupported(grantType: string): void {
  if (!SUPPORTED_GRANT_TYPES.includes(grantType)) {
    throw new OAuthError(
      'unsupported_grant_type',
      `grant_type must be one of ${SUPPORTED_GRANT_TYPES.join(', ')}.`,
    );
  }
}

/** A refresh token may have been granted with `offline_access` to a client that did not register for the grant type. */
function requireRegistered(client: OAuthClient, grantType: string): void {
  if (grantType === 'authorization_code' && !client.grantTypes.includes(grantType)) {
    throw new OAuthError('unauthorized_client', `This client did not register for ${grantType}.`);
  }
}
