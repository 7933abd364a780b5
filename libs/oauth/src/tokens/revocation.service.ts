import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { IsNull, Repository } from 'typeorm';
import { AuditLog, type RequestContext } from '#libs/audit';
import { Transactions } from '#libs/database';
import { hashSecret } from '#libs/secrets';
import type { OAuthClient } from '../clients/oauth-client.entity.js';
import { Grant } from '../grants/grant.entity.js';
import { GrantsService } from '../grants/grants.service.js';
import { AccessToken } from './access-token.entity.js';
import { RefreshToken } from './refresh-token.entity.js';
import { TokenCache } from './token-cache.js';

/** Token revocation (RFC 7009 §2). */
@Injectable()
export class RevocationService {
  constructor(
    @InjectRepository(Grant) private readonly grantRows: Repository<Grant>,
    private readonly transactions: Transactions,
    private readonly grants: GrantsService,
    private readonly cache: TokenCache,
    private readonly audit: AuditLog,
  ) {}

  /**
   * Ends a token of this client: a refresh token with its whole grant, an access token alone. A token that is
   * unknown or another client's is left as it is, silently (§2.2). The hint is not needed: both tables are asked.
   */
  async revoke(client: OAuthClient, token: string, context: RequestContext): Promise<void> {
    const tokenHash = hashSecret(token);
    const { manager } = this.grantRows;
    const refreshToken = await manager.findOneBy(RefreshToken, { tokenHash });
    if (refreshToken) {
      const grant = await this.grantOf(client, refreshToken);
      if (grant) await this.grants.revoke(grant.id, 'client', context);
      return;
    }
    const accessToken = await manager.findOneBy(AccessToken, { tokenHash });
    const grant = accessToken && (await this.grantOf(client, accessToken));
    if (grant) await this.revokeAccessToken(client, grant, tokenHash, context);
  }

  private async revokeAccessToken(
    client: OAuthClient,
    grant: Grant,
    tokenHash: string,
    { ip }: RequestContext,
  ): Promise<void> {
    await this.transactions.run(async (manager) => {
      const living = { tokenHash, revokedAt: IsNull() };
      const { affected } = await manager.update(AccessToken, living, { revokedAt: new Date() });
      if (!affected) return;
      const facts = { userId: grant.userId, clientId: client.clientId, grantId: grant.id, ip };
      await this.audit.record({ ...facts, type: 'access_token.revoked' }, manager);
    });
    await this.cache.evict({ tokenHash });
  }

  /** The grant that a token belongs to, if it is this client's. */
  private grantOf(client: OAuthClient, { grantId }: { grantId: string }): Promise<Grant | null> {
    return this.grantRows.findOneBy({ id: grantId, clientId: client.id });
  }
}
