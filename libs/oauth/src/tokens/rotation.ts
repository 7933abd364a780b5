/** For this long after its first use, a refresh token may be used again by sessions that run in parallel. */
export const GRACE_MS = 60_000;

/** So many children a token may have by way of grace. */
export const MAX_SIBLINGS = 20;

/** What is known of a refresh token that belongs to the client and to a living grant. */
export interface PresentedToken {
  consumedAt: Date | null;
  supersededAt: Date | null;
  /** The tokens that it was exchanged for. `used`: itself exchanged, or its access token was seen. */
  children: { used: boolean }[];
}

/**
 * - `rotate`: exchange it for a child.
 * - `replace`: its children never arrived; put a new child in their place.
 * - `theft`: two parties hold the family; end it.
 * - `busy`: it has all the children it may have for now; leave everything as it is.
 */
export type Rotation = 'rotate' | 'replace' | 'theft' | 'busy';

/**
 * What to do with a refresh token (RFC 9700 §4.14.2: a token that was already exchanged reveals theft). Read to the
 * letter that rule cuts off honest clients, which refresh in parallel and lose responses; these are told apart by
 * time, and by whether anything that the token was exchanged for was ever used. Within the grace nothing is judged: it
 * is a race, and its children may still be on their way.
 */
export function decideRotation(token: PresentedToken, now: Date): Rotation {
  if (token.supersededAt !== null) return 'theft';
  if (token.consumedAt === null) return 'rotate';
  const age = now.getTime() - token.consumedAt.getTime();
  if (age <= GRACE_MS) return token.children.length < MAX_SIBLINGS ? 'rotate' : 'busy';
  return token.children.some((child) => child.used) ? 'theft' : 'replace';
}

/** Whole seconds until the grace of a token is over; at least 1. */
export function graceSecondsLeft(consumedAt: Date, now: Date): number {
  return Math.max(1, Math.ceil((consumedAt.getTime() + GRACE_MS - now.getTime()) / 1_000));
}
