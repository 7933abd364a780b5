import type { AppConfig } from '#libs/config';
import { expiryOf } from '../records/expiry.js';
import type { FileMeta } from '../records/files.service.js';
import type { Upload } from './upload.entity.js';

/** What the file of an upload is to be. Its time runs from the announcement, when the client was told of it. */
export function fileMeta({ fileName, contentType, createdAt }: Upload, config: AppConfig) {
  return { fileName, contentType, expiresAt: expiryOf(config, false, createdAt) } satisfies FileMeta;
}
