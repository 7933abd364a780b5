import { Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import type { FormParameters } from '../endpoints/form-parameters.js';
import { OAuthError } from '../oauth-error.js';
import { type CredentialsProblem, credentialsFit, readClientCredentials } from './client-credentials.js';
import { ClientsService } from './clients.service.js';
import type { OAuthClient } from './oauth-client.entity.js';

const PROBLEMS: Record<CredentialsProblem, string> = {
  missing: 'client_id is missing.',
  malformed: 'The Basic credentials cannot be read.',
  two_methods: 'Use one way of client authentication, not two.',
  two_clients: 'The client_id of the form is not the one of the Authorization header.',
};

/** Client authentication at the token and the revocation endpoint (RFC 6749 §3.2.1). */
@Injectable()
export class ClientAuthenticator {
  constructor(private readonly clients: ClientsService) {}

  /** @throws OAuthError `invalid_client`, 401: the one answer that makes clients register anew */
  async authenticate(request: FastifyRequest, form: FormParameters): Promise<OAuthClient> {
    const { authorization } = request.headers;
    const credentials = readClientCredentials(authorization, form);
    if (typeof credentials === 'string') throw invalidClient(PROBLEMS[credentials], authorization);
    const client = await this.clients.findEnabled(credentials.clientId);
    if (!client) throw invalidClient('There is no such client.', authorization);
    if (!credentialsFit(client, credentials))
      throw invalidClient('Client authentication failed.', authorization);
    return client;
  }
}

/** RFC 6749 §5.2: whoever tried the Authorization header is told the scheme. */
function invalidClient(description: string, authorization: string | undefined): OAuthError {
  const usedHeader = authorization !== undefined && /^basic\b/i.test(authorization);
  return new OAuthError(
    'invalid_client',
    description,
    401,
    usedHeader ? { 'www-authenticate': 'Basic realm="oauth"' } : {},
  );
}
