import { Controller, Header, HttpCode, Post, Req, UseFilters } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { RateLimiter } from '#libs/http';
import { ClientAuthenticator } from '../clients/client-authenticator.js';
import { LIMITS } from '../limits.js';
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
    private readonly limiter: RateLimiter,
  ) {}

  @Post('oauth/revoke')
  @HttpCode(200)
  @Header('cache-control', 'no-store')
  async revoke(@Req() request: FastifyRequest): Promise<void> {
    const form = readFormParameters(request); // §2.1
    await this.limiter.consume('oauth-revoke', `${request.ip} ${form.client_id ?? ''}`, LIMITS.token);
    const client = await this.authenticator.authenticate(request, form); // §2.1
    await this.revocation.revoke(client, requireParameter(form, 'token')); // §2.1, §2.2
  }
}
