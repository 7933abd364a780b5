import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { randomBytes } from 'node:crypto';
import { IsNull, LessThan, Repository } from 'typeorm';
import { generateSecret, hashSecret } from '#libs/secrets';
import type { ClientMetadata } from './client-metadata.js';
import { OAuthClient } from './oauth-client.entity.js';

/** Hours that a self-registered client has for its first token. */
const UNUSED_TTL_MS = 24 * 3_600_000;

/** Clients replay their id for ever, so one that was ever used stays long after its last token. */
const USED_TTL_MS = 365 * 86_400_000;

export interface RegisteredClient {
  client: OAuthClient;
  /** Told once; absent for public clients. */
  secret?: string;
}

@Injectable()
export class ClientsService {
  constructor(@InjectRepository(OAuthClient) private readonly clients: Repository<OAuthClient>) {}

  /** Stores a self-registered client (RFC 7591 §3). */
  async register(metadata: ClientMetadata): Promise<RegisteredClient> {
    const secret = metadata.authMethod === 'none' ? undefined : generateSecret('mrs_');
    const client = await this.clients.save(
      this.clients.create({
        ...metadata,
        clientId: `mrc_${randomBytes(16).toString('base64url')}`,
        kind: 'dynamic',
        secretHash: secret === undefined ? null : hashSecret(secret),
      }),
    );
    return { client, secret };
  }

  /** The client of this `client_id`, if it may do anything at all. */
  async findEnabled(clientId: string): Promise<OAuthClient | null> {
    return this.clients.findOneBy({ clientId, disabledAt: IsNull() });
  }

  /** By our own id, whether enabled or not: for rows that refer to it. */
  findById(id: string): Promise<OAuthClient | null> {
    return this.clients.findOneBy({ id });
  }

  /** Forgets clients that never got a token within a day, and those whose last one is a year old. */
  async deleteStale(now: Date): Promise<number> {
    const never = await this.clients.delete({
      kind: 'dynamic',
      lastUsedAt: IsNull(),
      createdAt: LessThan(new Date(now.getTime() - UNUSED_TTL_MS)),
    });
    const longAgo = await this.clients.delete({
      kind: 'dynamic',
      lastUsedAt: LessThan(new Date(now.getTime() - USED_TTL_MS)),
    });
    return (never.affected ?? 0) + (longAgo.affected ?? 0);
  }
}
