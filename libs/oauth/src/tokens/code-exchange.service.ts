import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { RequestContext } from '#libs/audit';
import { Transactions } from '#libs/database';
import { hashSecret } from '#libs/secrets';
import type { OAuthClient } from '../clients/oauth-client.entity.js';
import { type FormParameters, requireParameter } from '../endpoints/form-parameters.js';
import { AuthorizationCode } from '../grants/authorization-code.entity.js';
import { Grant } from '../grants/grant.entity.js';
import { grantStands } from '../grants/grant-standing.js';
import { GrantsService } from '../grants/grants.service.js';
import { isCodeVerifier, verifierMatches } from '../grants/pkce.js';
import { meansResource } from '../grants/resource-indicator.js';
import { OAuthError } from '../oauth-error.js';
import { TokenIssuer, type TokenResponse } from './token-issuer.js';

/** `grant_type=authorization_code` (RFC 6749 §4.1.3, RFC 7636 §4.5). */
@Injectable()
export class CodeExchangeService {
  constructor(
    private readonly transactions: Transactions,
    private readonly issuer: TokenIssuer,
    private readonly grants: GrantsService,
  ) {}

  async exchange(client: OAuthClient, form: FormParameters, context: RequestContext): Promise<TokenResponse> {
    const codeHash = hashSecret(requireParameter(form, 'code'));
    requireCodeVerifier(form);
    const result = await this.transactions.run(async (manager) => {
      const { code, grant } = await lockCode(manager, codeHash);
      // Nobody but its client can use a code up or find out about it.
      if (grant.clientId !== client.id) throw unusable();
      if (code.consumedAt) return { replayedGrantId: grant.id };
      if (!(await grantStands(manager, grant))) throw unusable();
      requireUsable(code, grant, form);
      await manager.update(AuthorizationCode, { id: code.id }, { consumedAt: new Date() });
      return this.issuer.issue(manager, client, grant, grant.scopes, null, context);
    });
    if (!('replayedGrantId' in result)) return result;
    // RFC 6749 §4.1.2: whoever was first may have been the thief, so what the code was exchanged for ends too.
    await this.grants.revoke(result.replayedGrantId, 'code_replay', context);
    throw unusable();
  }
}

/**
 * The lock makes of parallel exchanges one first and many replays. It is the grant's, as for a refresh: deleting a user
 * or a client goes from the grant to its codes, and whoever holds the code and then wants the grant would meet that.
 */
async function lockCode(
  manager: EntityManager,
  codeHash: string,
): Promise<{ code: AuthorizationCode; grant: Grant }> {
  const found = await manager.findOneBy(AuthorizationCode, { codeHash });
  if (!found) throw unusable();
  const grant = await manager.findOne(Grant, {
    where: { id: found.grantId },
    lock: { mode: 'pessimistic_write' },
  });
  const code = await manager.findOneBy(AuthorizationCode, { codeHash });
  if (!grant || !code) throw unusable();
  return { code, grant };
}

function requireCodeVerifier(form: FormParameters): void {
  if (!isCodeVerifier(requireParameter(form, 'code_verifier'))) {
    throw new OAuthError('invalid_request', 'code_verifier must have 43 to 128 unreserved characters.');
  }
}

/** Each refusal leaves the code as it was, for the client to try again rightly. */
function requireUsable(code: AuthorizationCode, grant: Grant, form: FormParameters): void {
  if (code.expiresAt.getTime() <= Date.now()) throw unusable();
  if (form.redirect_uri !== undefined && form.redirect_uri !== code.redirectUri) {
    throw new OAuthError('invalid_grant', 'redirect_uri is not the one of the authorization request.');
  }
  if (!verifierMatches(code.codeChallenge, form.code_verifier ?? '')) {
    throw new OAuthError('invalid_grant', 'code_verifier does not match the code_challenge.');
  }
  if (!meansResource(form.resource === undefined ? [] : [form.resource], grant.resource)) {
    throw new OAuthError('invalid_target', 'resource is not the one of the authorization request.');
  }
}

function unusable(): OAuthError {
  return new OAuthError(
    'invalid_grant',
    'The authorization code is unknown, used, expired or of another client.',
  );
}
