import { Body, Controller, Header, HttpCode, Inject, Post, Req, UseFilters } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { APP_CONFIG, type AppConfig } from '#libs/config';
import { readClientMetadata } from '../clients/client-metadata.js';
import { ClientsService, type RegisteredClient } from '../clients/clients.service.js';
import { EndpointLimits } from '../endpoint-limits.js';
import { OAuthErrorFilter } from '../oauth-error.filter.js';
import { OAuthError } from '../oauth-error.js';

/** Dynamic client registration (RFC 7591). */
@Controller()
@UseFilters(OAuthErrorFilter)
export class RegisterController {
  constructor(
    private readonly clients: ClientsService,
    private readonly limits: EndpointLimits,
    @Inject(APP_CONFIG) private readonly config: AppConfig,
  ) {}

  @Post(['oauth/register', 'register'])
  @HttpCode(201)
  @Header('cache-control', 'no-store')
  async register(@Req() request: FastifyRequest, @Body() body: unknown): Promise<object> {
    await this.limits.register(request.ip);
    requireJson(request);
    const metadata = readClientMetadata(body, { privateSchemes: this.config.PRIVATE_REDIRECT_SCHEMES }); // §2
    const registered = await this.clients.register(metadata, { ip: request.ip }); // §3
    return clientInformation(registered); // §3.2.1
  }
}

function requireJson(request: FastifyRequest): void {
  if (!/^application\/json\s*(;|$)/i.test(request.headers['content-type'] ?? '')) {
    throw new OAuthError('invalid_client_metadata', 'The body must be application/json.');
  }
}

function clientInformation({ client, secret }: RegisteredClient): object {
  return {
    client_id: client.clientId,
    client_id_issued_at: Math.floor(client.createdAt.getTime() / 1_000),
    ...(secret !== undefined && { client_secret: secret, client_secret_expires_at: 0 }),
    ...(client.name !== null && { client_name: client.name }),
    redirect_uris: client.redirectUris,
    token_endpoint_auth_method: client.authMethod,
    grant_types: client.grantTypes,
    response_types: ['code'],
    scope: client.scope,
    ...client.extra,
  };
}
