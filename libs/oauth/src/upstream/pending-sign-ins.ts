/** A sign-in that left for the identity provider. Kept in the web session, so that only this browser can end it. */
export interface PendingSignIn {
  /** Comes back in the provider's answer and picks this entry. */
  state: string;
  /** Comes back in the ID token: it was made for this very sign-in. */
  nonce: string;
  /** PKCE (RFC 7636 §4.1): the code is worth nothing to whoever does not have it. */
  codeVerifier: string;
  /** A path of this server. */
  returnTo: string;
  /** Milliseconds since the epoch. */
  startedAt: number;
}

declare module 'fastify' {
  interface Session {
    /** The oldest first. */
    upstreamSignIns?: PendingSignIn[];
  }
}

/** The person has this long to sign in at the provider. */
const LIFETIME_MS = 10 * 60_000;

/** Windows of one browser that may be on their way at once; the oldest gives way. */
const MOST = 5;

/** The list with one more, without what is over. */
export function withPending(
  list: readonly PendingSignIn[] | undefined,
  pending: PendingSignIn,
): PendingSignIn[] {
  return [...standing(list, pending.startedAt), pending].slice(-MOST);
}

/** Takes the one of this state out of the list: it can be used once, whatever comes of it. */
export function takePending(
  list: readonly PendingSignIn[] | undefined,
  state: string | undefined,
  now: number,
): { pending: PendingSignIn | undefined; rest: PendingSignIn[] } {
  const valid = standing(list, now);
  const pending = valid.find((entry) => entry.state === state);
  return { pending, rest: valid.filter((entry) => entry !== pending) };
}

function standing(list: readonly PendingSignIn[] | undefined, now: number): PendingSignIn[] {
  return (list ?? []).filter(({ startedAt }) => startedAt > now - LIFETIME_MS);
}
