const MINUTE = 60;
const HOUR = 60 * MINUTE;

/** Lifetimes, in milliseconds. */
export const TTL_MS = {
  /** The person has this long to sign in and decide. */
  authorizationRequest: 20 * MINUTE * 1_000,
  code: 60_000,
  accessToken: HOUR * 1_000,
  /** A refresh token that nobody uses for this long is over. */
  refreshTokenIdle: 30 * 24 * HOUR * 1_000,
  /** A consent is over after this long, however much it is used. */
  grant: 90 * 24 * HOUR * 1_000,
  /** What a replica may believe of a token after another one revoked it and the event was lost. */
  verifiedToken: 5_000,
} as const;
