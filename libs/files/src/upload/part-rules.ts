import { AppError, type FieldError } from '#libs/errors';
import { formatBytes } from '../content/byte-size.js';
import type { StoredPart } from '../storage/direct-storage.port.js';
import { LARGEST_MULTIPART_BYTES, SMALLEST_PART_BYTES } from './upload-rules.js';

/** A part as the client names it when it completes the upload. */
export interface ClaimedPart {
  partNumber: number;
  /** As the part's response gave it; quotes are tolerated. */
  etag: string;
}

/**
 * The stored parts that make the file, in order.
 * @param size bytes announced; null when they were not
 * @throws AppError `invalid_request` that names every part which does not fit
 */
export function checkParts<Part extends StoredPart>(
  claimed: ClaimedPart[],
  stored: Part[],
  size: number | null,
): Part[] {
  const byNumber = new Map(stored.map((part) => [part.partNumber, part]));
  const problems: FieldError[] = [];
  const parts: Part[] = [];
  claimed.forEach(({ partNumber, etag }, index) => {
    const part = byNumber.get(partNumber);
    const message = problemOf(
      part,
      etag,
      partNumber <= (claimed[index - 1]?.partNumber ?? 0),
      index === claimed.length - 1,
    );
    if (message) problems.push({ path: `parts.${index}`, message: `part ${partNumber} ${message}` });
    else if (part) parts.push(part);
  });
  const named = new Set(claimed.map(({ partNumber }) => partNumber));
  for (const { partNumber } of stored) {
    if (!named.has(partNumber))
      problems.push({ path: 'parts', message: `part ${partNumber} was uploaded but is not named` });
  }
  const total = bytesOf(parts);
  if (problems.length === 0 && size !== null && total !== size) {
    problems.push({
      path: 'parts',
      message: `the parts have ${total} bytes together, ${size} were announced`,
    });
  }
  if (problems.length > 0) {
    throw new AppError('invalid_request', 'The parts do not make the file.', { validationErrors: problems });
  }
  if (total > LARGEST_MULTIPART_BYTES) {
    throw new AppError('file_too_large', `A file may have at most ${formatBytes(LARGEST_MULTIPART_BYTES)}.`);
  }
  return parts;
}

/** Bytes of the file that they make. */
export function bytesOf(parts: StoredPart[]): number {
  return parts.reduce((sum, { size }) => sum + size, 0);
}

function problemOf(
  part: StoredPart | undefined,
  etag: string,
  outOfOrder: boolean,
  last: boolean,
): string | undefined {
  if (outOfOrder) return 'is named twice or out of order';
  if (!part) return 'was not uploaded';
  if (part.etag.toLowerCase() !== etag.replace(/^"|"$/g, '').toLowerCase()) return 'has another ETag';
  if (!last && part.size < SMALLEST_PART_BYTES) return `is smaller than ${formatBytes(SMALLEST_PART_BYTES)}`;
  return undefined;
}
