import {
  AbortMultipartUploadCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListMultipartUploadsCommand,
  paginateListObjectsV2,
} from '@aws-sdk/client-s3';
import type { Readable } from 'node:stream';
import type { AppConfig } from '#libs/config';
import type { DirectStorage } from './direct-storage.port.js';
import { openResuming, type Piece } from './resuming-read.js';
import { connectS3, isMissing, objectOf, rethrow, type S3Connection } from './s3-connection.js';
import { S3DirectStorage, WAITING } from './s3-direct-storage.adapter.js';
import { writeObject } from './s3-write.js';
import { isStorageKey } from './storage-key.js';
import type { ByteRange, StorageAdapter, StoredObject, SweepOptions } from './storage.port.js';

/** Longer than any upload may take, so what is older has nobody left. */
const ABANDONED_AFTER_MS = 26 * 60 * 60 * 1_000;

/** Files as objects of a bucket. An object appears whole or not at all; that is the service's own promise. */
export class S3Storage implements StorageAdapter {
  readonly direct: DirectStorage;

  constructor(private readonly s3: S3Connection) {
    this.direct = new S3DirectStorage(s3);
  }

  put(key: string, bytes: AsyncIterable<Uint8Array>): Promise<void> {
    return writeObject(this.s3.client, objectOf(this.s3, key), bytes);
  }

  open(key: string, range?: ByteRange): Promise<Readable> {
    return openResuming((part) => this.read(key, part), range);
  }

  async stat(key: string): Promise<{ size: number } | null> {
    try {
      const { ContentLength } = await this.s3.client.send(new HeadObjectCommand(objectOf(this.s3, key)));
      return { size: ContentLength ?? 0 };
    } catch (error) {
      return isMissing(error) ? null : rethrow(error);
    }
  }

  async delete(key: string): Promise<void> {
    await this.s3.client.send(new DeleteObjectCommand(objectOf(this.s3, key))).catch(rethrow);
  }

  async *list(after?: string): AsyncGenerator<StoredObject> {
    for await (const object of this.listFolder(this.s3.prefix, after)) {
      if (isStorageKey(object.key)) yield object;
    }
  }

  async sweep({ isAwaited = async () => false, isLeft = false }: SweepOptions = {}): Promise<void> {
    const before = isLeft ? Infinity : Date.now() - ABANDONED_AFTER_MS;
    for await (const { key, storedAt } of this.listFolder(this.s3.prefix + WAITING)) {
      if (storedAt.getTime() >= before || !isStorageKey(key)) continue;
      if (!(await isAwaited(key))) await this.direct.discard(key);
    }
    await this.abortAbandoned(before);
  }

  private async read(key: string, range?: ByteRange): Promise<Piece> {
    const Range = range && `bytes=${range.start}-${range.end}`;
    const command = new GetObjectCommand({ ...objectOf(this.s3, key), Range });
    const { Body, ContentLength } = await this.s3.client.send(command).catch(rethrow);
    return { stream: Body as Readable, size: ContentLength ?? 0 };
  }

  /** Objects right below a folder, by their names in it. */
  private async *listFolder(folder: string, after?: string): AsyncGenerator<StoredObject> {
    const { client, bucket } = this.s3;
    const query = { Bucket: bucket, Prefix: folder, Delimiter: '/', StartAfter: after && folder + after };
    try {
      for await (const { Contents = [] } of paginateListObjectsV2({ client }, query)) {
        for (const { Key = '', Size = 0, LastModified = new Date() } of Contents) {
          yield { key: Key.slice(folder.length), size: Size, storedAt: LastModified };
        }
      }
    } catch (error) {
      rethrow(error);
    }
  }

  /** Parts of writers that died. They cost as much as objects, and no listing of objects shows them. */
  private async abortAbandoned(before: number): Promise<void> {
    const { client, bucket, prefix } = this.s3;
    const markers: { KeyMarker?: string; UploadIdMarker?: string } = {};
    for (let more = true; more;) {
      const command = new ListMultipartUploadsCommand({ Bucket: bucket, Prefix: prefix, ...markers });
      const page = await client.send(command).catch(rethrow);
      for (const { Key, UploadId, Initiated } of page.Uploads ?? []) {
        const ours = Key && isStorageKey(Key.slice(prefix.length));
        if (!ours || !Initiated || Initiated.getTime() >= before) continue;
        const upload = new AbortMultipartUploadCommand({ Bucket: bucket, Key, UploadId });
        await client.send(upload).catch((error: unknown) => isMissing(error) || rethrow(error));
      }
      Object.assign(markers, { KeyMarker: page.NextKeyMarker, UploadIdMarker: page.NextUploadIdMarker });
      more = page.IsTruncated === true;
    }
  }
}

export function createS3Storage(config: AppConfig): S3Storage {
  return new S3Storage(connectS3(config));
}
