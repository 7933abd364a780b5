import type { Price } from '#libs/catalog';
import { AppError } from '#libs/errors';
import { assertMetadata, type RequestMetadata } from '../request-metadata.js';
import type { RequestStatus } from '../request-status.js';
import { isStorable } from '../storable-json.js';

const LONGEST_KEY = 255;
const HIGHEST_PRIORITY = 10;

export interface Submission {
  /** `owner/alias` of a model or a wrapper. */
  endpoint: string;
  /** Checked against the endpoint's schema before anything is stored. */
  input: unknown;
  /** At most 16 keys of 1–64 characters, values of at most 512. */
  metadata?: RequestMetadata;
  /** The same key of the same user returns the first request. 1–255 characters. */
  idempotencyKey?: string;
  /** −10 to 10, 0 when left out: higher goes first among the actor's own requests. */
  priority?: number;
}

export interface SubmittedView {
  requestId: string;
  status: RequestStatus;
  endpoint: string;
  /** From 1. Missing when a repeated submission finds its request no longer in the queue. */
  queuePosition?: number;
  price: Price;
  /** True when a repeated submission without a key was answered with its unfinished first. */
  deduplicated?: true;
}

/** @throws AppError invalid_request or invalid_input that names every field which does not fit */
export function assertSubmission({ metadata, idempotencyKey, priority, input }: Submission): void {
  assertMetadata(metadata);
  assertIdempotencyKey(idempotencyKey);
  assertPriority(priority);
  assertStorable(input);
}

function assertPriority(priority: number | undefined): void {
  if (priority === undefined || (Number.isInteger(priority) && Math.abs(priority) <= HIGHEST_PRIORITY))
    return;
  throw new AppError('invalid_request', 'The priority does not fit its limits.', {
    validationErrors: [
      {
        path: 'priority',
        message: `must be a whole number from -${HIGHEST_PRIORITY} to ${HIGHEST_PRIORITY}`,
      },
    ],
  });
}

function assertIdempotencyKey(key: string | undefined): void {
  if (key === undefined || (key.length > 0 && key.length <= LONGEST_KEY && !key.includes('\0'))) return;
  throw new AppError('invalid_request', 'The idempotencyKey does not fit its limits.', {
    validationErrors: [{ path: 'idempotencyKey', message: `must have 1 to ${LONGEST_KEY} characters` }],
  });
}

/** @throws AppError invalid_input that names every field that the database cannot hold */
function assertStorable(input: unknown): void {
  if (isStorable(input)) return;
  const fields = Object.entries((typeof input === 'object' && input) || {}) as [string, unknown][];
  const failing = fields.filter(([field, value]) => !isStorable({ [field]: value }));
  throw new AppError('invalid_input', 'The input has characters that cannot be stored.', {
    validationErrors: failing.map(([path]) => ({ path, message: 'must be valid Unicode without NUL' })),
    nextStep: 'Take these characters out and call run_model again.',
  });
}
