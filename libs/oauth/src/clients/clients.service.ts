import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { randomBytes } from 'node:crypto';
import { IsNull, Repository } from 'typeorm';
import { AuditLog, type RequestContext } from '#libs/audit';
import { Transactions } from '#libs/database';
import { generateSecret, hashSecret } from '#libs/secrets';
import type { ClientMetadata } from './client-metadata.js';
import { OAuthClient } from './oauth-client.entity.js';

/** How long a client has for its first token. */
const UNUSED_TTL_MS = 24 * 3_600_000;

/** Clients replay their id for ever, so one that was ever used stays long after its last token. */
const USED_TTL_MS = 365 * 86_400_000;

/** A client that was just registered. */
export interface RegisteredClient {
  client: OAuthClient;
  /** Told once; absent for public clients. */
  secret?: string;
}

/** The applications that ask users for access, as they are stored. */
@Injectable()
export class ClientsService {
  constructor(
    @InjectRepository(OAuthClient) private readonly clients: Repository<OAuthClient>,
    private readonly transactions: Transactions,
    private readonly audit: AuditLog,
  ) {}

  /** Stores a self-registered client (RFC 7591 §3). */
  async register(metadata: ClientMetadata, { ip }: RequestContext): Promise<RegisteredClient> {
    const secret = metadata.authMethod === 'none' ? undefined : generateSecret('mrs_');
    const client = this.clients.create({
      ...metadata,
      clientId: `mrc_${randomBytes(16).toString('base64url')}`,
      kind: 'dynamic',
      secretHash: secret === undefined ? null : hashSecret(secret),
    });
    await this.transactions.run(async (manager) => {
      await manager.save(client);
      const { clientId, kind, name } = client;
      await this.audit.record({ type: 'client.registered', clientId, ip, details: { kind, name } }, manager);
    });
    return { client, secret };
  }

  /** The client of this `client_id`, if it may do anything at all. */
  async findEnabled(clientId: string): Promise<OAuthClient | null> {
    return this.clients.findOneBy({ clientId, disabledAt: IsNull() });
  }

  /** The client of this `client_id`, whether enabled or not. */
  findByClientId(clientId: string): Promise<OAuthClient | null> {
    return this.clients.findOneBy({ clientId });
  }

  /** By our own id, whether enabled or not: for rows that refer to it. */
  findById(id: string): Promise<OAuthClient | null> {
    return this.clients.findOneBy({ id });
  }

  /**
   * Forgets clients that never got a token within a day, and those whose last one is a year old, but not while
   * somebody decides about one. One that an administrator disabled stays: a document would bring it back enabled.
   */
  async deleteStale(now: Date): Promise<number> {
    const { affected } = await this.clients
      .createQueryBuilder()
      .delete()
      .where(`kind IN ('dynamic', 'metadata') AND disabled_at IS NULL`)
      .andWhere('(last_used_at < :longAgo OR (last_used_at IS NULL AND created_at < :yesterday))', {
        longAgo: new Date(now.getTime() - USED_TTL_MS),
        yesterday: new Date(now.getTime() - UNUSED_TTL_MS),
      })
      .andWhere(
        `NOT EXISTS (SELECT FROM oauth_authorization_requests r
          WHERE r.client_id = oauth_clients.id AND r.expires_at > :now)`,
        { now },
      )
      .execute();
    return affected ?? 0;
  }
}
