import type { AppConfig } from '#libs/config';
import { AppError } from '#libs/errors';
import { formatBytes } from '../content/byte-size.js';

/** Stands for a limit that is not set: more than there can be, and still exact as a number. */
const ENDLESS = Number.MAX_SAFE_INTEGER;

type Settings = Pick<
  AppConfig,
  'MAX_STORED_BYTES_PER_USER' | 'MAX_FILES_PER_USER' | 'MAX_UPLOADS_PER_USER' | 'issuer'
>;

/** What one user may have. */
export interface StorageLimits {
  bytes: number;
  files: number;
  uploads: number;
}

export function storageLimits(config: Settings): StorageLimits {
  return {
    bytes: config.MAX_STORED_BYTES_PER_USER || ENDLESS,
    files: config.MAX_FILES_PER_USER || ENDLESS,
    uploads: config.MAX_UPLOADS_PER_USER,
  };
}

/**
 * @param used bytes that the user has stored
 * @param wanted bytes of the file that does not fit; undefined when they are not known
 * @param withBegun uploads that were announced are counted among them
 */
export function tooManyBytes(config: Settings, used: number, wanted?: number, withBegun = false): AppError {
  const whose = withBegun ? 'Your files and the uploads that you began' : 'Your files';
  const most = formatBytes(config.MAX_STORED_BYTES_PER_USER);
  const more =
    wanted === undefined ? 'this file does not fit' : `this file of ${formatBytes(wanted)} does not fit`;
  return new AppError(
    'storage_quota_exceeded',
    `${whose} take ${formatBytes(used)} of the ${most} that you may store: ${more}.`,
    { nextStep: wayOut(config) },
  );
}

export function tooManyFiles(config: Settings, withBegun = false): AppError {
  const who = withBegun ? 'You have, or began to upload,' : 'You have';
  return new AppError(
    'storage_quota_exceeded',
    `${who} the ${config.MAX_FILES_PER_USER} files that you may store.`,
    { nextStep: wayOut(config) },
  );
}

export function tooManyUploads({ MAX_UPLOADS_PER_USER: most }: Settings): AppError {
  return new AppError(
    'too_many_uploads',
    `${most} of your uploads arrive at this moment, the most at once.`,
    {
      nextStep: 'Send this one when one of them has ended.',
      retryAfterSeconds: 5,
    },
  );
}

const wayOut = ({ issuer }: Settings): string =>
  `Delete files at ${issuer}/account/files or with DELETE /storage/files/{id}; expired ones go by themselves.`;
