import type { AppConfig } from '#libs/config';

const DAY_MS = 86_400_000;

/**
 * When a file that is stored now expires.
 * @param isOutput an inference request made it, so it does not outlive the request
 */
export function expiryOf(
  { FILE_TTL_DAYS, REQUEST_TTL_DAYS }: Pick<AppConfig, 'FILE_TTL_DAYS' | 'REQUEST_TTL_DAYS'>,
  isOutput: boolean,
  from = new Date(),
): Date {
  const days = isOutput && REQUEST_TTL_DAYS > 0 ? Math.min(FILE_TTL_DAYS, REQUEST_TTL_DAYS) : FILE_TTL_DAYS;
  return new Date(from.getTime() + days * DAY_MS);
}
