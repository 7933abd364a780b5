/** The validators of one representation. */
export interface Validators {
  /** Strong, with its quotes. */
  etag: string;
  lastModified: Date;
}

type Headers = Record<string, string | string[] | undefined>;

/** True when the client's copy is still right: answer 304 (RFC 9110 §13.2.2, steps 3 and 4). */
export function isNotModified(headers: Headers, { etag, lastModified }: Validators): boolean {
  const noneMatch = headers['if-none-match'];
  if (typeof noneMatch === 'string') return noneMatch.trim() === '*' || listed(noneMatch).includes(etag);
  const since = headers['if-modified-since'];
  return typeof since === 'string' && seconds(lastModified) <= seconds(new Date(since));
}

/** True when a `Range` counts: there is no `If-Range`, or it names this very representation (RFC 9110 §13.1.5). */
export function isRangeValid(headers: Headers, { etag, lastModified }: Validators): boolean {
  const condition = headers['if-range'];
  if (typeof condition !== 'string') return true;
  if (/^\s*(W\/)?"/.test(condition)) return condition.trim() === etag;
  return seconds(lastModified) === seconds(new Date(condition));
}

/** Weak comparison: the mark `W/` does not count (RFC 9110 §8.8.3.2). */
function listed(header: string): string[] {
  return header.split(',').map((tag) => tag.trim().replace(/^W\//, ''));
}

/** HTTP dates have whole seconds. */
function seconds(date: Date): number {
  return Math.floor(date.getTime() / 1_000);
}
