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

/** Why a file does not fit, in bytes. */
interface Shortage {
  /** What the user has stored, parts included. */
  used: number;
  /** What is on its way, and keeps that much room to itself. */
  arriving?: number;
  /** Of the file that does not fit; undefined when it is not known. */
  wanted?: number;
}

export function tooManyBytes(config: Settings, { used, arriving = 0, wanted }: Shortage): AppError {
  const most = formatBytes(config.MAX_STORED_BYTES_PER_USER);
  const file = wanted === undefined ? 'this file' : `this file of ${formatBytes(wanted)}`;
  const others = arriving > 0 ? `, and ${formatBytes(arriving)} more are on their way` : '';
  return new AppError(
    'storage_quota_exceeded',
    `Your files take ${formatBytes(used)} of the ${most} that you may store${others}: ${file} does not fit.`,
    { nextStep: wayOut(config) },
  );
}

export function tooManyFiles(config: Settings): AppError {
  return new AppError(
    'storage_quota_exceeded',
    `You have the ${config.MAX_FILES_PER_USER} files that you may store.`,
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
  `Delete files at ${issuer}/account/files or with DELETE /storage/files/{id}, and abort uploads in parts that you will ` +
  'not complete; expired ones go by themselves.';
