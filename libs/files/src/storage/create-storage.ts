import { join } from 'node:path';
import type { AppConfig } from '#libs/config';
import { DiskStorage } from './disk-storage.adapter.js';
import type { StorageAdapter } from './storage.port.js';

export type StorageKind = AppConfig['STORAGE'];

/** @param kind default: the one that the configuration chooses */
export async function createStorage(
  config: AppConfig,
  kind: StorageKind = config.STORAGE,
): Promise<StorageAdapter> {
  if (kind === 'disk') return new DiskStorage(join(config.DATA_DIR, 'files'));
  // Loaded only where it is used: the SDK is large.
  const { createS3Storage } = await import('./s3-storage.adapter.js');
  return createS3Storage(config);
}
