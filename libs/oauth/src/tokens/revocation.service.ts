import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { IsNull, Repository } from 'typeorm';
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
    @InjectRepository(AccessToken) private readonly accessTokens: Repository<AccessToken>,
    @InjectRepository(RefreshToken) private readonly refreshTokens: Repository<RefreshToken>,
    @InjectRepository(Grant) private readonly grantRows: Repository<Grant>,
    private readonly grants: GrantsService,
    private readonly cache: TokenCache,
  ) {}

  /**
   * Ends a token of this client: a refresh token with its whole grant, an access token alone. A token that is
   * unknown or another client's is left as it is, silently (§2.2). The hint is not needed: both tables are asked.
   */
  async revoke(client: OAuthClient, token: string): Promise<void> {
    const tokenHash = hashSecret(token);
    const refreshToken = await this.refreshTokens.findOneBy({ tokenHash });
    if (refreshToken) {
      if (await this.belongsTo(client, refreshToken.grantId))
        await this.grants.revoke(refreshToken.grantId, 'client');
      return;
    }
    const accessToken = await this.accessTokens.findOneBy({ tokenHash });
    if (!accessToken || !(await this.belongsTo(client, accessToken.grantId))) return;
    await this.accessTokens.update({ id: accessToken.id, revokedAt: IsNull() }, { revokedAt: new Date() });
    await this.cache.evict({ tokenHash });
  }

  private belongsTo(client: OAuthClient, grantId: string): Promise<boolean> {
    return this.grantRows.existsBy({ id: grantId, clientId: client.id });
  }
}
