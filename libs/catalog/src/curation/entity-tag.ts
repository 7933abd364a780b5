import { createHash } from 'node:crypto';
import { AppError } from '#libs/errors';
import type { ListItem } from './recommendation-rules.js';

/** One entity tag of `If-Match` (RFC 9110 §8.8.3). */
const TAG = String.raw`(?:W/)?"[\x21\x23-\x7e\x80-\xff]*"`;
const TAGS = new RegExp(String.raw`^\s*${TAG}(?:\s*,\s*${TAG})*\s*$`);

/**
 * The entity tag of a list. It names what a change replaces: the version, and the endpoints with their notes, since
 * an entry that leaves the catalogue leaves its lists without being a change of them. What the catalogue says of the
 * entries is no part of it: a new price must not stand in a curator's way.
 */
export function entityTag(version: number, items: readonly ListItem[]): string {
  const content = JSON.stringify(items.map(({ endpoint, note = '' }) => [endpoint, note]));
  return `"${version}-${createHash('sha256').update(content).digest('hex').slice(0, 12)}"`;
}

/**
 * Reads `If-Match`. It is required, so that nobody overwrites what they have not seen; `*` is for who means to.
 * @returns the tags, or `*`
 * @throws AppError `precondition_required` without one, `invalid_request` for what is no list of tags
 */
export function parseIfMatch(header: string | undefined): '*' | readonly string[] {
  if (header === undefined) {
    throw new AppError('precondition_required', undefined, {
      nextStep: 'Read the list and send its ETag, or send If-Match: * to overwrite whatever is there.',
    });
  }
  if (header.trim() === '*') return '*';
  if (TAGS.test(header)) return header.match(new RegExp(TAG, 'g')) ?? [];
  throw new AppError('invalid_request', 'If-Match is not an entity tag.', {
    validationErrors: [{ path: 'If-Match', message: 'must be the ETag of the list with its quotes, or *' }],
  });
}

/** By strong comparison (RFC 9110 §13.1.1): a weak tag matches nothing. */
export const matches = (condition: '*' | readonly string[], tag: string): boolean =>
  condition === '*' || condition.includes(tag);
