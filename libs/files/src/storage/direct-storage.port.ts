/** A part of a multipart upload as the storage has it. */
export interface StoredPart {
  partNumber: number;
  /** Bytes. */
  size: number;
  /** As the part's response gave it to the client, bare. */
  etag: string;
}

/** What a signed URL for one whole file lets its holder send. */
export interface SignedPut {
  contentType: string;
  /** Exact bytes; null when they were not announced. */
  size: number | null;
}

/**
 * A storage that clients send bytes to themselves, over URLs that are signed here. Whole files wait in a place apart,
 * which {@link StorageAdapter.list} does not see, until they are accepted: their URL stays good after the first PUT,
 * and what a second one does must not touch a file that was looked at already.
 */
export interface DirectStorage {
  /** A URL for PUTs of exactly this, good for so many seconds. */
  signPut(key: string, put: SignedPut, seconds: number): Promise<string>;
  /** @returns the bytes that wait under the key; null when nothing came */
  statWaiting(key: string): Promise<{ size: number } | null>;
  /** Copies what waits under `key` to be the object `to`. */
  accept(key: string, to: string): Promise<void>;
  /** Forgets what waits under the key, if anything does. */
  discard(key: string): Promise<void>;

  /** @returns the storage's own id of the upload, which the methods below take */
  startParts(key: string): Promise<string>;
  /** A URL for PUTs of one part, good for so many seconds. */
  signPart(key: string, id: string, partNumber: number, seconds: number): Promise<string>;
  /** In the order of their numbers. @throws AppError `not_found` when the upload is over */
  listParts(key: string, id: string): Promise<StoredPart[]>;
  /**
   * Makes the object `key` of its parts; from then on no part is taken. No error when they are joined already.
   * @throws AppError `conflict` when one of the parts is another now, `invalid_request` when one is too small
   */
  joinParts(key: string, id: string, parts: StoredPart[]): Promise<void>;
  /** Forgets the parts. No error when there are none. */
  abortParts(key: string, id: string): Promise<void>;
}
