/** Why somebody whom the provider vouches for is not let in. */
export type IdentityRefusal =
  'account_disabled' | 'no_email' | 'email_not_verified' | 'account_has_password' | 'account_has_identity';

/** The local account that has the e-mail address of an identity which nobody has used here yet. */
export interface AccountWithSameEmail {
  disabled: boolean;
  hasPassword: boolean;
  /** Some account of a provider signs in to it already. */
  hasIdentity: boolean;
}

/**
 * What happens when an identity that is linked to nobody signs in for the first time. Whoever it is linked to is
 * handed over whole, with grants, keys and role, so an equal address alone is not enough:
 *
 * - An address that the provider has not verified is a claim that its owner typed: it links to nothing, and it makes
 *   no account, or somebody could wait in another's name for the role that an administrator means for them.
 * - An account with a password has an owner who proved something else than this address. Many providers let addresses
 *   be changed, recycled or shared, and a link would turn each such case into a take-over of, say, the administrator.
 * - An account that another identity uses has an owner as well: the one who came first, perhaps with an address that
 *   was not verified then. A second person with the same address must not end up in the same account.
 *
 * What is left is an account that nobody can sign in to: an administrator made it for exactly this address to come.
 */
export function decideFirstSignIn(
  identity: { email: string | null; emailVerified: boolean },
  account: AccountWithSameEmail | null,
): 'create' | 'link' | IdentityRefusal {
  if (identity.email === null) return 'no_email';
  if (!identity.emailVerified) return 'email_not_verified';
  if (!account) return 'create';
  if (account.hasPassword) return 'account_has_password';
  if (account.hasIdentity) return 'account_has_identity';
  return account.disabled ? 'account_disabled' : 'link';
}
