import type { EntityManager } from 'typeorm';
import { User } from '#libs/accounts';
import type { Grant } from './grant.entity.js';

/** SQL: the grant `g` of the user `u` stands. The other half of this rule is {@link grantStands}. */
export const GRANT_STANDS = `
  g.expires_at > now() AND g.revoked_at IS NULL AND g.sign_in_epoch = u.sign_in_epoch AND u.disabled_at IS NULL`;

/** Whether tokens may still be issued under a grant: it is not over, and its user was not signed out since. */
export async function grantStands(manager: EntityManager, grant: Grant): Promise<boolean> {
  if (grant.revokedAt !== null || grant.expiresAt.getTime() <= Date.now()) return false;
  const user = await manager.findOneBy(User, { id: grant.userId });
  return user !== null && user.disabledAt === null && user.signInEpoch === grant.signInEpoch;
}
