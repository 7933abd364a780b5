import type { FileRecord } from '../records/file.entity.js';
import { FOR_EVER } from '../records/for-ever.js';

/** A stored file as its owner sees it. Times are ISO 8601 UTC. */
export interface OwnFileView {
  id: string;
  fileUrl: string;
  fileName: string;
  contentType: string;
  /** Bytes. */
  size: number;
  /** Hex. */
  sha256: string;
  /** The request that made it; null for uploads. */
  requestId: string | null;
  createdAt: string;
  /** From then on it is gone. null: it came with the catalogue, so it stays, and its owner cannot delete it. */
  expiresAt: string | null;
}

/** What the owner has stored, and may store. */
export interface StorageUsageView {
  files: number;
  bytes: number;
  /** null: no limit. */
  maxFiles: number | null;
  /** null: no limit. */
  maxBytes: number | null;
}

export function ownFileView(file: FileRecord, fileUrl: string): OwnFileView {
  const { id, fileName, contentType, size, sha256, requestId, createdAt, expiresAt } = file;
  return {
    id,
    fileUrl,
    fileName,
    contentType,
    size,
    sha256,
    requestId,
    createdAt: createdAt.toISOString(),
    expiresAt: expiresAt < FOR_EVER ? expiresAt.toISOString() : null,
  };
}
