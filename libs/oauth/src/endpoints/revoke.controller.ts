import { Controller, Header, HttpCode, Post, Req, UseFilters } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { ClientAuthenticator } from '../clients/client-authenticator.js';
import { claimedClientId } from '../clients/client-credentials.js';
import { EndpointLimits } from '../endpoint-limits.js';
import { OAuthErrorFilter } from '../oauth-error.filter.js';
import { RevocationService } from '../tokens/revocation.service.js';
import { readFormParameters, requireParameter } from './form-parameters.js';

/** Token revocation (RFC 7009). */
@Controller()
@UseFilters(OAuthErrorFilter)
export class RevokeController {
  constructor(
    private readonly authenticator: ClientAuthenticator,
    private readonly revocation: RevocationService,
    private readonly limits: EndpointLimits,
  ) {}

  @Post('oauth/revoke')
  @HttpCode(200)
  @Header('cache-control', 'no-store')
  async revoke(@Req() request: FastifyRequest): Promise<void> {
    const form = readFormParameters(request); // §2.1
    await this.limits.token(request.ip, claimedClientId(request.headers.authorization, form));
    const client = await this.authenticator.authenticate(request, form); // §2.1
    await this.revocation.revoke(client, requireParameter(form, 'token'), { ip: request.ip }); // §2.1, §2.2
  }
}
