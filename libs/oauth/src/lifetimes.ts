const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

/** Lifetimes, in milliseconds. */
export const TTL_MS = {
  /** The person has this long to sign in and decide. */
  authorizationRequest: 20 * MINUTE,
  code: MINUTE,
  accessToken: 60 * MINUTE,
  /** A refresh token that nobody uses for this long is over. */
  refreshTokenIdle: 30 * DAY,
  /** A consent is over after this long, however much it is used. */
  grant: 90 * DAY,
  /** What a replica may believe of a token after another one revoked it and the event was lost. */
  verifiedToken: 5_000,
} as const;
