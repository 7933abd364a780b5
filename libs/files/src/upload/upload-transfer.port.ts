import type { StoredFile } from '../records/files.service.js';
import type { StoredPart } from '../storage/direct-storage.port.js';
import type { Upload } from './upload.entity.js';

/** The way that the bytes of an upload take: through this server, or from the client to the storage. */
export interface UploadTransfer {
  /** A signed URL for the PUT of the whole file. */
  fileUrl(upload: Upload): Promise<string>;
  /** A signed URL for the PUT of one part. */
  partUrl(upload: Upload, partNumber: number): Promise<string>;
  /** In the order of their numbers; null when they were joined, and what came after that failed. */
  parts(upload: Upload): Promise<StoredPart[] | null>;
  /**
   * Makes the file of its parts.
   * @param parts those of {@link parts} that the client named
   * @throws AppError `conflict` when a part was replaced meanwhile
   */
  join(upload: Upload, parts: StoredPart[] | null): Promise<StoredFile>;
  /** Forgets the bytes that are no file yet, or no more. */
  discard(upload: Upload): Promise<void>;
}
