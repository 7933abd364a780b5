import { Injectable } from '@nestjs/common';
import { type EntityManager, IsNull } from 'typeorm';
import type { RequestContext } from '#libs/audit';
import { Transactions } from '#libs/database';
import { AppError } from '#libs/errors';
import { hashSecret } from '#libs/secrets';
import type { OAuthClient } from '../clients/oauth-client.entity.js';
import { type FormParameters, requireParameter } from '../endpoints/form-parameters.js';
import { Grant } from '../grants/grant.entity.js';
import { grantStands } from '../grants/grant-standing.js';
import { GrantsService } from '../grants/grants.service.js';
import { meansResource } from '../grants/resource-indicator.js';
import { isWellFormedScope, parseScope } from '../grants/scopes.js';
import { OAuthError } from '../oauth-error.js';
import { AccessToken } from './access-token.entity.js';
import { RefreshToken } from './refresh-token.entity.js';
import { decideRotation, graceSecondsLeft } from './rotation.js';
import { TokenIssuer, type TokenResponse } from './token-issuer.js';

const CHILDREN = `
  SELECT r.id, (r.consumed_at IS NOT NULL OR EXISTS (
    SELECT FROM oauth_access_tokens t WHERE t.refresh_token_id = r.id AND t.first_used_at IS NOT NULL
  )) AS used
  FROM oauth_refresh_tokens r WHERE r.parent_id = $1`;

/** `grant_type=refresh_token` (RFC 6749 §6) with rotation; `rotation.ts` decides, this does. */
@Injectable()
export class RefreshExchangeService {
  constructor(
    private readonly transactions: Transactions,
    private readonly issuer: TokenIssuer,
    private readonly grants: GrantsService,
  ) {}

  async exchange(client: OAuthClient, form: FormParameters, context: RequestContext): Promise<TokenResponse> {
    const tokenHash = hashSecret(requireParameter(form, 'refresh_token'));
    const result = await this.transactions.run(async (manager) => {
      const { token, grant } = await lockFamily(manager, client, tokenHash);
      if (token.expiresAt.getTime() <= Date.now() || !(await grantStands(manager, grant))) throw unusable();
      const scopes = requestedScopes(grant, form);
      requireSameResource(grant, form);
      if (!(await this.spend(manager, token))) return { stolenGrantId: grant.id };
      return this.issuer.issue(manager, client, grant, scopes, token, context);
    });
    if (!('stolenGrantId' in result)) return result;
    await this.grants.revoke(result.stolenGrantId, 'refresh_reuse', context);
    throw unusable();
  }

  /**
   * Marks the token as exchanged; false when that means theft.
   * @throws AppError `rate_limited` when it was exchanged too often within its grace
   */
  private async spend(manager: EntityManager, token: RefreshToken): Promise<boolean> {
    const children = await manager.query<{ id: string; used: boolean }[]>(CHILDREN, [token.id]);
    const now = new Date();
    const rotation = decideRotation({ ...token, children }, now);
    if (rotation === 'theft') return false;
    if (rotation === 'busy') throw busy(graceSecondsLeft(token.consumedAt ?? now, now));
    if (rotation === 'replace') await supersedeChildren(manager, token, children);
    await manager.update(RefreshToken, { id: token.id, consumedAt: IsNull() }, { consumedAt: now });
    return true;
  }
}

/**
 * Locks the grant, so that one family's refreshes come one after the other, and reads the token after that. A client
 * that presents another's token learns nothing and harms nobody.
 */
async function lockFamily(
  manager: EntityManager,
  client: OAuthClient,
  tokenHash: string,
): Promise<{ token: RefreshToken; grant: Grant }> {
  const found = await manager.findOneBy(RefreshToken, { tokenHash });
  const grant =
    found &&
    (await manager.findOne(Grant, { where: { id: found.grantId }, lock: { mode: 'pessimistic_write' } }));
  const token = grant && (await manager.findOneBy(RefreshToken, { tokenHash }));
  if (!grant || !token || grant.clientId !== client.id) throw notItsOwn(client);
  return { token, grant };
}

/** RFC 6749 §6: omitted means as granted; fewer narrow the access token; more are refused. */
function requestedScopes(grant: Grant, form: FormParameters): string[] {
  const requested = parseScope(form.scope ?? '');
  if (!isWellFormedScope(form.scope ?? '') || requested.some((scope) => !grant.scopes.includes(scope))) {
    throw new OAuthError('invalid_scope', `The scope may be at most: ${grant.scopes.join(' ')}.`);
  }
  return requested.length > 0 ? requested : grant.scopes;
}

/** RFC 8707 §2.2 */
function requireSameResource(grant: Grant, form: FormParameters): void {
  if (!meansResource(form.resource === undefined ? [] : [form.resource], grant.resource)) {
    throw new OAuthError('invalid_target', 'resource is not the one of the grant.');
  }
}

/** The lost children are worth nothing from now on, and whoever shows one is a thief. */
async function supersedeChildren(
  manager: EntityManager,
  token: RefreshToken,
  children: { id: string }[],
): Promise<void> {
  const now = new Date();
  await manager.update(RefreshToken, { parentId: token.id, supersededAt: IsNull() }, { supersededAt: now });
  for (const child of children) {
    await manager.update(AccessToken, { refreshTokenId: child.id, revokedAt: IsNull() }, { revokedAt: now });
  }
}

/** RFC 6749 §5.2: a client that can have no refresh token is told so; `invalid_grant` would make it sign in anew. */
function notItsOwn({ grantTypes }: OAuthClient): OAuthError {
  if (grantTypes.includes('refresh_token')) return unusable();
  return new OAuthError('unauthorized_client', 'This client did not register for refresh_token.');
}

/** Not `invalid_grant`: the client would drop the tokens that its other processes just got. */
function busy(retryAfterSeconds: number): AppError {
  return new AppError(
    'rate_limited',
    'This refresh token was used too often at once. Use a token that it was exchanged for.',
    { retryAfterSeconds },
  );
}

/** RFC 6749 §5.2: nothing but `invalid_grant` makes clients sign in anew. */
function unusable(): OAuthError {
  return new OAuthError(
    'invalid_grant',
    'The refresh token is unknown, used, expired, revoked or of another client.',
  );
}
