import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CopyObjectCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  HeadObjectCommand,
  paginateListParts,
  PutObjectCommand,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { AppError } from '#libs/errors';
import type { DirectStorage, SignedPut, StoredPart } from './direct-storage.port.js';
import { isMissing, objectOf, rethrow, type S3Connection, SLOW_REQUEST } from './s3-connection.js';

/** Folder of what clients have put and nobody has accepted yet. */
export const WAITING = 'incoming/';

/** Presigned URLs: bytes go from the client to the bucket. */
export class S3DirectStorage implements DirectStorage {
  constructor(private readonly s3: S3Connection) {}

  /** Type and length are headers that the signature covers, so a PUT with others is refused by the service. */
  signPut(key: string, { contentType, size }: SignedPut, seconds: number): Promise<string> {
    const command = new PutObjectCommand({
      ...objectOf(this.s3, key, WAITING),
      ContentType: contentType,
      ...(size !== null && { ContentLength: size }),
    });
    return getSignedUrl(this.s3.signer, command, {
      expiresIn: seconds,
      signableHeaders: new Set(['host', 'content-type', ...(size === null ? [] : ['content-length'])]),
    });
  }

  async statWaiting(key: string): Promise<{ size: number } | null> {
    try {
      const command = new HeadObjectCommand(objectOf(this.s3, key, WAITING));
      return { size: (await this.s3.client.send(command)).ContentLength ?? 0 };
    } catch (error) {
      return isMissing(error) ? null : rethrow(error);
    }
  }

  /** The copy is made by the service. It forgets the type that the client gave: it is not known to be true. */
  async accept(key: string, to: string): Promise<void> {
    const { Bucket, Key } = objectOf(this.s3, key, WAITING);
    const command = new CopyObjectCommand({
      ...objectOf(this.s3, to),
      CopySource: `${Bucket}/${Key}`,
      MetadataDirective: 'REPLACE',
      ContentType: 'application/octet-stream',
    });
    await this.s3.client.send(command, SLOW_REQUEST).catch(rethrow);
  }

  async discard(key: string): Promise<void> {
    await this.s3.client.send(new DeleteObjectCommand(objectOf(this.s3, key, WAITING))).catch(rethrow);
  }

  async startParts(key: string): Promise<string> {
    const command = new CreateMultipartUploadCommand(objectOf(this.s3, key));
    const { UploadId } = await this.s3.client.send(command).catch(rethrow);
    return UploadId ?? '';
  }

  signPart(key: string, id: string, partNumber: number, seconds: number): Promise<string> {
    const part = { ...objectOf(this.s3, key), UploadId: id, PartNumber: partNumber };
    return getSignedUrl(this.s3.signer, new UploadPartCommand(part), { expiresIn: seconds });
  }

  async listParts(key: string, id: string): Promise<StoredPart[]> {
    const parts: StoredPart[] = [];
    const upload = { ...objectOf(this.s3, key), UploadId: id };
    try {
      for await (const { Parts = [] } of paginateListParts({ client: this.s3.client }, upload)) {
        for (const { PartNumber = 0, Size = 0, ETag = '' } of Parts) {
          parts.push({ partNumber: PartNumber, size: Size, etag: ETag.replaceAll('"', '') });
        }
      }
    } catch (error) {
      rethrow(error);
    }
    return parts;
  }

  async joinParts(key: string, id: string, parts: StoredPart[]): Promise<void> {
    const command = new CompleteMultipartUploadCommand({
      ...objectOf(this.s3, key),
      UploadId: id,
      MultipartUpload: {
        Parts: parts.map(({ partNumber, etag }) => ({ PartNumber: partNumber, ETag: `"${etag}"` })),
      },
    });
    await this.s3.client.send(command, SLOW_REQUEST).catch((error: unknown) => this.explain(error, key));
  }

  async abortParts(key: string, id: string): Promise<void> {
    const command = new AbortMultipartUploadCommand({ ...objectOf(this.s3, key), UploadId: id });
    await this.s3.client.send(command).catch((error: unknown) => isMissing(error) || rethrow(error));
  }

  /** Of a joining whose answer was lost the upload is gone when it is tried again, and the object is there. */
  private async explain(error: unknown, key: string): Promise<void> {
    if (isMissing(error)) {
      await this.s3.client.send(new HeadObjectCommand(objectOf(this.s3, key))).catch(rethrow);
      return;
    }
    const name = error instanceof Error ? error.name : '';
    if (name === 'EntityTooSmall') {
      const message = 'A part but the last is smaller than the storage takes.';
      throw new AppError('invalid_request', message, {}, { cause: error });
    }
    if (name === 'InvalidPart' || name === 'InvalidPartOrder') {
      const message = 'A part was replaced or removed meanwhile. Complete the upload again.';
      throw new AppError('conflict', message, {}, { cause: error });
    }
    rethrow(error);
  }
}
