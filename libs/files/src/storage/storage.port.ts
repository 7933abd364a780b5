import type { Readable } from 'node:stream';
import type { DirectStorage } from './direct-storage.port.js';

/** DI token of the {@link StorageAdapter}. */
export const STORAGE = Symbol('STORAGE');

/** Both ends inclusive, as in HTTP (RFC 9110 §14.1.2). */
export interface ByteRange {
  start: number;
  end: number;
}

/** What {@link StorageAdapter.list} finds. */
export interface StoredObject {
  key: string;
  /** Bytes. */
  size: number;
  /** When it was put there. */
  storedAt: Date;
}

/** What a {@link StorageAdapter.sweep} spares. */
export interface SweepOptions {
  /** Asked of each thing that clients put here themselves and that is old: true keeps it. Default: none is kept. */
  isAwaited?: (key: string) => Promise<boolean>;
  /** Nobody writes here any more: what is half-written, or waits, goes however young it is. Default: false. */
  isLeft?: boolean;
}

/**
 * Where bytes are kept. It knows keys and bytes only: names, types, owners and expiry are rows of the database, and
 * a key is always one that `newStorageKey` made, never a caller's text.
 */
export interface StorageAdapter {
  /** Takes bytes from clients past this server; null where they have to come through it. */
  readonly direct: DirectStorage | null;
  /**
   * Stores all bytes under a new key, or nothing at all.
   * @throws AppError `storage_full`, `unavailable`; whatever `bytes` throws
   */
  put(key: string, bytes: AsyncIterable<Uint8Array>): Promise<void>;
  /** @throws AppError `not_found` before the first byte when nothing is under the key; `unavailable` */
  open(key: string, range?: ByteRange): Promise<Readable>;
  /** @returns null when nothing is under the key */
  stat(key: string): Promise<{ size: number } | null>;
  /** Deleting what is not there is no error. */
  delete(key: string): Promise<void>;
  /**
   * Everything that is stored whole, in the order of the keys, read a page at a time: what is put or deleted
   * meanwhile may or may not be among it.
   * @param after gives only keys beyond this one, to go on where an earlier listing stopped
   */
  list(after?: string): AsyncIterable<StoredObject>;
  /** Removes what writers that died left behind. */
  sweep(options?: SweepOptions): Promise<void>;
}
