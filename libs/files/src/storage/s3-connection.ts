import { S3Client, type S3ClientConfig } from '@aws-sdk/client-s3';
import type { AppConfig } from '#libs/config';
import { AppError } from '#libs/errors';
import { isStorageKey } from './storage-key.js';

/** For a request until its answer begins, the body that is sent included. */
const REQUEST_TIMEOUT_MS = 60_000;
/** For what the service works on before it answers: copies, and the joining of parts. */
export const SLOW_REQUEST = { requestTimeout: 15 * 60_000 };
/** Each reader of a file holds a connection for as long as it reads; the SDK's own limit is 50. */
const MOST_CONNECTIONS = 2_000;

/** Quota and space, as AWS, MinIO and Ceph name them. */
const FULL = new Set([
  'QuotaExceeded',
  'XMinioStorageFull',
  'XMinioAdminBucketQuotaExceeded',
  'StorageFull',
  'InsufficientStorage',
]);
const MISSING = new Set(['NoSuchKey', 'NotFound', 'NoSuchUpload']);

/** A bucket, or a folder in it. */
export interface S3Connection {
  client: S3Client;
  /** Signs URLs for clients, to the endpoint that they reach. */
  signer: S3Client;
  bucket: string;
  /** Where objects are. */
  prefix: string;
}

/** @throws Error when the settings name no bucket */
export function connectS3(config: AppConfig): S3Connection {
  if (!config.S3_BUCKET) throw new Error('S3_BUCKET is not set');
  const shared: S3ClientConfig = {
    region: config.S3_REGION ?? 'us-east-1',
    forcePathStyle: config.S3_FORCE_PATH_STYLE,
    ...(config.S3_ACCESS_KEY_ID && {
      credentials: {
        accessKeyId: config.S3_ACCESS_KEY_ID,
        secretAccessKey: config.S3_SECRET_ACCESS_KEY ?? '',
      },
    }),
    maxAttempts: 4,
    // Signed URLs would else demand a checksum of a body that is not known yet, and few other services know them.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    requestHandler: {
      connectionTimeout: 5_000,
      requestTimeout: REQUEST_TIMEOUT_MS,
      throwOnRequestTimeout: true,
      httpAgent: { keepAlive: true, maxSockets: MOST_CONNECTIONS },
      httpsAgent: { keepAlive: true, maxSockets: MOST_CONNECTIONS },
    },
  };
  const endpoint = config.S3_ENDPOINT;
  return {
    client: new S3Client({ ...shared, endpoint }),
    signer: new S3Client({ ...shared, endpoint: config.S3_PUBLIC_ENDPOINT ?? endpoint }),
    bucket: config.S3_BUCKET,
    prefix: config.S3_PREFIX,
  };
}

/** Names the object of a key. @throws AppError `not_found` for what is no storage key */
export function objectOf(
  { bucket, prefix }: S3Connection,
  key: string,
  folder = '',
): { Bucket: string; Key: string } {
  if (!isStorageKey(key)) throw new AppError('not_found', 'There is no such file.');
  return { Bucket: bucket, Key: `${prefix}${folder}${key}` };
}

/** What the service's answer, or its silence, means to our callers. For `.catch` of a call. */
export function rethrow(error: unknown): never {
  if (isMissing(error)) throw new AppError('not_found', 'There is no such file.', {}, { cause: error });
  const { name, $metadata } = error as { name: string; $metadata?: { httpStatusCode?: number } };
  if (FULL.has(name) || $metadata?.httpStatusCode === 507) {
    throw new AppError('storage_full', undefined, {}, { cause: error });
  }
  const message = 'The storage of files does not answer as it should. Try again in a moment.';
  throw new AppError('unavailable', message, {}, { cause: error });
}

export function isMissing(error: unknown): boolean {
  return error instanceof Error && MISSING.has(error.name);
}
