/** What connections say again and again while the store of the queue is away, Redis or PostgreSQL. */
const AWAY =
  /ECONNREFUSED|ECONNRESET|EPIPE|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|ENOTFOUND|EAI_AGAIN|^Connection is closed|^LOADING|max retries per request|Stream isn't writeable|Command timed out/;

/**
 * True for an error that only says that the store is away. Every queue and worker hears it at each of its attempts to
 * connect; the {@link EventBus} tells the log once that the store is gone, and once that it is back.
 */
export function isStoreAway(error: Error): boolean {
  const { code } = error as NodeJS.ErrnoException;
  return AWAY.test(error.message) || (code !== undefined && AWAY.test(code));
}
