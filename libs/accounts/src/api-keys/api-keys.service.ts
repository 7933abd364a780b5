import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { IsNull, Repository } from 'typeorm';
import { AuditLog, type RequestContext } from '#libs/audit';
import { PreparedQueries, Transactions } from '#libs/database';
import { AppError } from '#libs/errors';
import { generateSecret, hashSecret } from '#libs/secrets';
import { weakerRole, type Actor, type Role } from '../actor.js';
import { ApiKey } from './api-key.entity.js';

const MAX_KEYS_PER_USER = 50;

/** At a command line, where there is no address. */
const NO_REQUEST: RequestContext = { ip: null };

const ALREADY_MADE =
  'This key was made already, and shown once. If you did not keep it, revoke it and make another.';

/** What a key is made of. */
export interface NewApiKey {
  /** 1 to 100 characters. */
  name: string;
  /** The most that the key may do; left out: `user`. Never more than its owner. */
  role?: Role;
  /** The id that it will have (a UUID), so that a form that is sent twice makes one key; left out: any. */
  id?: string;
}

const FIND_BY_HASH = `
  SELECT k.id, k.role AS key_role, u.id AS user_id, u.email, u.role AS user_role,
         (k.last_used_at IS NULL OR k.last_used_at < now() - interval '5 minutes') AS stale
  FROM api_keys k JOIN users u ON u.id = k.user_id
  WHERE k.key_hash = $1 AND k.revoked_at IS NULL AND u.disabled_at IS NULL`;

interface KeyRow {
  id: string;
  key_role: Role;
  user_id: string;
  email: string;
  user_role: Role;
  stale: boolean;
}

/** Keys for programs of a user: made and revoked by their owner, told once, kept as a hash. */
@Injectable()
export class ApiKeysService {
  constructor(
    @InjectRepository(ApiKey) private readonly keys: Repository<ApiKey>,
    private readonly prepared: PreparedQueries,
    private readonly transactions: Transactions,
    private readonly audit: AuditLog,
  ) {}

  /**
   * Makes a key for the actor. `key` is told here and never again.
   * @throws AppError `invalid_request` (name), `conflict` (too many keys, or made already)
   */
  async create(
    actor: Actor,
    { name, role, id }: NewApiKey,
    { ip }: RequestContext = NO_REQUEST,
  ): Promise<{ key: string; apiKey: ApiKey }> {
    const trimmed = name.trim();
    if (trimmed.length === 0 || trimmed.length > 100) {
      throw new AppError('invalid_request', undefined, {
        validationErrors: [{ path: 'name', message: 'must have 1 to 100 characters' }],
      });
    }
    const count = await this.keys.countBy({ userId: actor.userId, revokedAt: IsNull() });
    if (count >= MAX_KEYS_PER_USER)
      throw new AppError('conflict', 'You have too many keys. Revoke one first.');
    const key = generateSecret('mrk_');
    const row = {
      id: id ?? randomUUID(),
      userId: actor.userId,
      name: trimmed,
      role: weakerRole(actor.role, role ?? 'user'),
      keyHash: hashSecret(key),
      hint: key.slice(0, 8),
    };
    const apiKey = await this.transactions.run(async (manager) => {
      const insert = manager.createQueryBuilder().insert().into(ApiKey).values(row);
      const inserted = await insert.orIgnore().returning('id').execute();
      if ((inserted.raw as unknown[]).length === 0) throw new AppError('conflict', ALREADY_MADE);
      const details = { key: row.id, hint: row.hint, role: row.role };
      await this.audit.record({ ...ownEvent(actor, 'api_key.created'), ip, details }, manager);
      return manager.findOneByOrFail(ApiKey, { id: row.id });
    });
    return { key, apiKey };
  }

  /** Who this key acts for; null when it is unknown or revoked, or its owner disabled. */
  async verify(key: string): Promise<Actor | null> {
    const [row] = await this.prepared.rows<KeyRow>('api_key_by_hash', FIND_BY_HASH, [hashSecret(key)]);
    if (!row) return null;
    if (row.stale) await this.keys.update({ id: row.id }, { lastUsedAt: new Date() });
    return {
      userId: row.user_id,
      email: row.email,
      role: weakerRole(row.user_role, row.key_role),
      clientId: null,
    };
  }

  /** The actor's own keys that still work, the newest first. */
  list(actor: Actor): Promise<ApiKey[]> {
    return this.keys.find({
      where: { userId: actor.userId, revokedAt: IsNull() },
      order: { createdAt: 'DESC' },
      take: MAX_KEYS_PER_USER,
    });
  }

  /** @throws AppError `not_found` when the actor has no such key */
  async revoke(actor: Actor, id: string, { ip }: RequestContext = NO_REQUEST): Promise<void> {
    await this.transactions.run(async (manager) => {
      const { affected } = await manager.update(
        ApiKey,
        { id, userId: actor.userId, revokedAt: IsNull() },
        { revokedAt: new Date() },
      );
      if (!affected) throw new AppError('not_found', 'There is no such key.');
      await this.audit.record({ ...ownEvent(actor, 'api_key.revoked'), ip, details: { key: id } }, manager);
    });
  }
}

function ownEvent({ userId }: Actor, type: 'api_key.created' | 'api_key.revoked') {
  return { type, actorId: userId, userId };
}
