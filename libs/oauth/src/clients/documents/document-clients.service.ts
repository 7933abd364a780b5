import { Inject, Injectable, Logger } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { Repository } from 'typeorm';
import { APP_CONFIG, type AppConfig } from '#libs/config';
import { AppError } from '#libs/errors';
import { describeUrl } from '#libs/outbound';
import { EndpointLimits } from '../../endpoint-limits.js';
import { OAuthError } from '../../oauth-error.js';
import type { ClientMetadata } from '../client-metadata.js';
import { OAuthClient } from '../oauth-client.entity.js';
import { matchesRedirectUri } from '../redirect-uri.js';
import { readClientDocument } from './client-document.js';
import {
  ClientDocumentFetcher,
  DocumentUnavailable,
  type FetchedDocument,
} from './client-document-fetcher.js';
import { MIN_LIFETIME_MS } from './document-lifetime.js';

/** A document that could not be fetched anew for want of room holds for so long after it was fetched. */
const LONGEST_STALE_MS = 86_400_000;

/**
 * Clients that describe themselves in a document (draft-ietf-oauth-client-id-metadata-document). The stored client is
 * the cache: while its document holds, nothing is fetched; tokens are exchanged by the stored client in any case. What
 * went wrong is not stored, and does not change what is.
 */
@Injectable()
export class DocumentClients {
  private readonly logger = new Logger('oauth');
  private readonly underWay = new Map<string, Promise<OAuthClient>>();

  constructor(
    @InjectRepository(OAuthClient) private readonly clients: Repository<OAuthClient>,
    private readonly fetcher: ClientDocumentFetcher,
    private readonly limits: EndpointLimits,
    @Inject(APP_CONFIG) private readonly config: AppConfig,
  ) {}

  /**
   * The client as its document now says. Whoever asks for the same document meanwhile gets the same answer.
   *
   * @param clientId a well-formed address
   * @param stored what is stored of it
   * @param asked by whom, and where the client wants to be answered. When that is news, the document is looked at again.
   * @throws AppError `invalid_request` that tells what is wrong with the document, `rate_limited`
   */
  current(
    clientId: string,
    stored: OAuthClient | null,
    asked: { redirectUri?: string; ip: string },
  ): Promise<OAuthClient> {
    if (stored && stillHolds(stored, asked.redirectUri, Date.now())) return Promise.resolve(stored);
    const known = this.underWay.get(clientId);
    if (known) return known;
    const renewal = this.renew(clientId, stored, asked.ip).finally(() => this.underWay.delete(clientId));
    this.underWay.set(clientId, renewal);
    return renewal;
  }

  private async renew(clientId: string, stored: OAuthClient | null, ip: string): Promise<OAuthClient> {
    if (stored) await this.limits.knownClientDocument(clientId);
    else await this.limits.newClientDocument(ip, new URL(clientId).origin);
    try {
      const fetched = await this.fetcher.fetch(clientId);
      const policy = { privateSchemes: this.config.PRIVATE_REDIRECT_SCHEMES };
      const metadata = readClientDocument(clientId, fetched.content, policy);
      return await this.store(clientId, metadata, fetched);
    } catch (error) {
      // Others keep all fetches busy: what was good a while ago is better than shutting a client out for that.
      if (stored && isCrowded(error) && isRecent(stored, Date.now())) return stored;
      throw this.explain(clientId, error);
    }
  }

  /** What is not of the document stays as it is: when it was used, and whether an administrator disabled it. */
  private async store(
    clientId: string,
    metadata: ClientMetadata,
    { lifetimeMs }: FetchedDocument,
  ): Promise<OAuthClient> {
    const now = Date.now();
    const values = {
      ...metadata,
      clientId,
      kind: 'metadata' as const,
      secretHash: null,
      documentFetchedAt: new Date(now),
      documentExpiresAt: new Date(now + lifetimeMs),
    };
    await this.clients.upsert(values, ['clientId']);
    return this.clients.findOneByOrFail({ clientId });
  }

  private explain(clientId: string, error: unknown): unknown {
    const url = new URL(clientId);
    const { host } = url;
    if (error instanceof OAuthError) {
      return new AppError(
        'invalid_request',
        `The application says who it is in a document at ${host}, which this server cannot accept. ${error.description}`,
        { nextStep: 'Only the maker of the application can mend that. Let them know.' },
      );
    }
    if (!(error instanceof DocumentUnavailable)) return error;
    this.logger.warn(`client document ${describeUrl(url)}: ${error.message}${causeOf(error)}`);
    return new AppError(
      'invalid_request',
      `The application says who it is in a document at ${host}, which this server could not read: ${host} ${error.message}.`,
      {
        nextStep:
          'Try again in a moment. If it stays so, tell the maker of the application, or the administrator of this server.',
      },
    );
  }
}

function isCrowded(error: unknown): boolean {
  return error instanceof AppError && error.code === 'rate_limited';
}

function isRecent({ documentFetchedAt }: OAuthClient, now: number): boolean {
  return documentFetchedAt !== null && now - documentFetchedAt.getTime() < LONGEST_STALE_MS;
}

function stillHolds(client: OAuthClient, redirectUri: string | undefined, now: number): boolean {
  const { documentFetchedAt: fetchedAt, documentExpiresAt: expiresAt } = client;
  if (!fetchedAt || !expiresAt || expiresAt.getTime() <= now) return false;
  const isNews = redirectUri !== undefined && !matchesRedirectUri(client.redirectUris, redirectUri);
  return !isNews || fetchedAt.getTime() > now - MIN_LIFETIME_MS;
}

/** For the log alone: it may name addresses. */
function causeOf({ cause }: Error): string {
  return cause instanceof Error ? ` (${cause.message})` : '';
}
