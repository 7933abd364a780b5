import type { IdentitiesService } from '#libs/accounts';

/** Whom the provider vouches for. */
export type ProvenIdentity = Parameters<IdentitiesService['signIn']>[0];

/** What is read of an ID token or a UserInfo response (OpenID Connect Core §5.1). */
export interface AccountClaims {
  email?: unknown;
  email_verified?: unknown;
  readonly [claim: string]: unknown;
}

/** The address that the provider names, and whether it says to have verified it. */
export type Address = Pick<ProvenIdentity, 'email' | 'emailVerified'>;

/**
 * Both from the same document, since `email_verified` speaks of the address beside it. Some providers write the
 * boolean as text. What is not said to be verified is not: the address may be whatever its owner typed.
 * @param trusted the operator's word (`OIDC_TRUST_EMAILS`) that the provider lets nobody choose their address
 */
export function addressOf(
  idToken: AccountClaims,
  userInfo: AccountClaims | undefined,
  trusted = false,
): Address {
  const source = typeof userInfo?.email === 'string' ? userInfo : idToken;
  const email = isAddress(source.email) ? source.email : null;
  const emailVerified = trusted || source.email_verified === true || source.email_verified === 'true';
  return { email, emailVerified: email !== null && emailVerified };
}

/** The specification asks for one; a page and a log line must be able to hold it. */
function isAddress(email: unknown): email is string {
  return typeof email === 'string' && email.includes('@') && email.length <= 254;
}

/** Whether the ID token leaves a question that UserInfo may answer. */
export function needsUserInfo({ email, email_verified }: AccountClaims): boolean {
  return email === undefined || email_verified === undefined;
}

/** Why an account may not sign in here at all, whoever it is. */
export function domainRefusal(
  { email, emailVerified }: Address,
  allowedDomains: readonly string[] | undefined,
): 'email_not_verified' | 'domain_not_allowed' | undefined {
  if (allowedDomains === undefined) return undefined;
  const domain = email?.toLowerCase().split('@').at(-1)?.trim() ?? '';
  if (!allowedDomains.includes(domain)) return 'domain_not_allowed';
  return emailVerified ? undefined : 'email_not_verified';
}
