import { Inject, Injectable } from '@nestjs/common';
import { APP_CONFIG, type AppConfig } from '#libs/config';
import { AppError } from '#libs/errors';
import { ClientsService } from './clients.service.js';
import { clientIdUrlProblem, isClientIdUrl } from './documents/client-id-url.js';
import { DocumentClients } from './documents/document-clients.service.js';
import { ClientHostRules } from './hosts/client-host-rules.service.js';
import type { OAuthClient } from './oauth-client.entity.js';
import { isLoopbackRedirect, isPrivateSchemeRedirect } from './redirect-uri.js';

/** Which client a person is asked about, at the authorization endpoint and at consent. Elsewhere the stored one counts. */
@Injectable()
export class ClientResolver {
  constructor(
    private readonly clients: ClientsService,
    private readonly documents: DocumentClients,
    private readonly hosts: ClientHostRules,
    @Inject(APP_CONFIG) private readonly config: AppConfig,
  ) {}

  /**
   * The client of an authorization request: registered, or described by the document that its id is the address of.
   *
   * @param redirectUri what it asks to be answered at
   * @param ip who asks
   * @throws AppError for a page: `invalid_request`, `rate_limited`
   */
  async resolve(
    clientId: string | undefined,
    redirectUri: string | undefined,
    ip: string,
  ): Promise<OAuthClient> {
    if (clientId === undefined || clientId.includes('\0')) throw unknownClient();
    const stored = await this.clients.findByClientId(clientId);
    if (stored && stored.kind !== 'metadata') {
      if (stored.disabledAt) throw unknownClient();
      return stored;
    }
    if (!this.config.CLIENT_ID_METADATA_DOCUMENTS || !isClientIdUrl(clientId)) throw unknownClient();
    const problem = clientIdUrlProblem(clientId, this.config.ALLOW_PRIVATE_URLS);
    if (problem) throw unusableAddress(problem);
    if (stored?.disabledAt || !(await this.hosts.allows(hostOf(clientId)))) throw refusedClient();
    return this.documents.current(clientId, stored, { redirectUri, ip });
  }

  /**
   * The client of a request that was accepted before, if it may still connect.
   * @param id ours, not the protocol's
   * @throws AppError `invalid_request`
   */
  async requireStanding(id: string): Promise<OAuthClient> {
    const client = await this.clients.findById(id);
    if (!client || client.disabledAt) throw refusedClient();
    if (client.kind === 'metadata' && !(await this.hosts.allows(hostOf(client.clientId)))) {
      throw refusedClient();
    }
    return client;
  }

  /** Whether a browser may be sent there before anyone said yes: to this computer, or to a host on the allow list. */
  async mayRedirectTo(redirectUri: string): Promise<boolean> {
    if (isLoopbackRedirect(redirectUri) || isPrivateSchemeRedirect(redirectUri)) return true;
    return this.hosts.isListed(hostOf(redirectUri));
  }
}

function hostOf(url: string): string {
  return new URL(url).hostname;
}

function unknownClient(): AppError {
  return new AppError('invalid_request', 'This server does not know the application that sent you here.', {
    nextStep: 'Remove this server in your assistant, then add it again.',
  });
}

function unusableAddress(problem: string): AppError {
  return new AppError(
    'invalid_request',
    `The application names itself by a web address that this server cannot use: it ${problem}.`,
    { nextStep: 'Only the maker of the application can mend that. Let them know.' },
  );
}

function refusedClient(): AppError {
  return new AppError(
    'invalid_request',
    'The administrator of this server does not let this application connect.',
    { nextStep: 'Ask the administrator if you think that it should.' },
  );
}
