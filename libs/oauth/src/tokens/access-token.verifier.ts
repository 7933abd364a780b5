import { Inject, Injectable } from '@nestjs/common';
import { type Actor } from '#libs/accounts';
import { APP_CONFIG, type AppConfig } from '#libs/config';
import { PreparedQueries } from '#libs/database';
import { hashSecret } from '#libs/secrets';
import { GRANT_STANDS } from '../grants/grant-standing.js';
import { TokenCache, type VerifiedToken } from './token-cache.js';

/** Everything that can make a token worthless, in one read. */
const FIND_GOOD_TOKEN = `
  SELECT t.id, t.scopes, t.expires_at, g.id AS grant_id, c.client_id, u.id AS user_id, u.email, u.role,
         (t.first_used_at IS NULL OR g.last_used_at IS NULL OR g.last_used_at < now() - interval '5 minutes') AS touch
  FROM oauth_access_tokens t
  JOIN oauth_grants g ON g.id = t.grant_id
  JOIN oauth_clients c ON c.id = g.client_id
  JOIN users u ON u.id = g.user_id
  WHERE t.token_hash = $1 AND g.resource = $2
    AND t.expires_at > now() AND t.revoked_at IS NULL
    AND ${GRANT_STANDS} AND c.disabled_at IS NULL`;

/** Refresh rotation must know whether a response arrived; people want to know when an assistant was last here. */
const TOUCH_TOKEN = `
  UPDATE oauth_access_tokens SET first_used_at = now() WHERE id = $1 AND first_used_at IS NULL`;
const TOUCH_GRANT = `UPDATE oauth_grants SET last_used_at = now() WHERE id = $1`;

interface TokenRow {
  id: string;
  scopes: string[];
  expires_at: Date;
  grant_id: string;
  client_id: string;
  user_id: string;
  email: string;
  role: Actor['role'];
  touch: boolean;
}

/** Whether an access token is good, and for whom. The hot path of every MCP call. */
@Injectable()
export class AccessTokenVerifier {
  constructor(
    private readonly prepared: PreparedQueries,
    private readonly cache: TokenCache,
    @Inject(APP_CONFIG) private readonly config: AppConfig,
  ) {}

  /** Null: unknown, expired, revoked, for another resource, or of a user or client that was disabled, or signed out. */
  verify(token: string): Promise<VerifiedToken | null> {
    return this.verifyHash(hashSecret(token));
  }

  /** {@link verify} for a token of which only the hash is known any more. */
  async verifyHash(tokenHash: string): Promise<VerifiedToken | null> {
    const verified = await this.cache.get(tokenHash, () => this.load(tokenHash));
    return verified && lives(verified) ? verified : null;
  }

  /** What {@link verify} would say of a token that was verified moments ago. Undefined says nothing of the token. */
  recall(token: string): VerifiedToken | undefined {
    const verified = this.cache.peek(hashSecret(token));
    return verified && lives(verified) ? verified : undefined;
  }

  private async load(tokenHash: string): Promise<VerifiedToken | null> {
    const values = [tokenHash, this.config.mcpResource];
    const [row] = await this.prepared.rows<TokenRow>('oauth_good_token', FIND_GOOD_TOKEN, values);
    if (!row) return null;
    if (row.touch) await this.touch(row);
    return {
      tokenHash,
      actor: { userId: row.user_id, email: row.email, role: row.role, clientId: row.client_id },
      scopes: row.scopes,
      expiresAt: row.expires_at,
      clientId: row.client_id,
      grantId: row.grant_id,
    };
  }

  /** Two statements, so that no lock is held over both: a refresh locks the same rows the other way round. */
  private async touch({ id, grant_id: grantId }: TokenRow): Promise<void> {
    await this.prepared.rows('oauth_touch_token', TOUCH_TOKEN, [id]);
    await this.prepared.rows('oauth_touch_grant', TOUCH_GRANT, [grantId]);
  }
}

/** What is remembered may have expired since. */
const lives = ({ expiresAt }: VerifiedToken): boolean => expiresAt.getTime() > Date.now();
