import { Readable } from 'node:stream';
import { Inject, Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { IsNull, MoreThan, Not, Repository } from 'typeorm';
import { APP_CONFIG, type AppConfig } from '#libs/config';
import { AppError } from '#libs/errors';
import { formatBytes } from '../content/byte-size.js';
import { MeasuredBytes } from '../content/byte-stream.js';
import { mediaType } from '../content/content-type.js';
import { withStallLimit } from '../content/stall-limit.js';
import { PendingFiles } from '../limits/pending-files.service.js';
import { expiryOf } from '../records/expiry.js';
import { FilesService, type StoredFile, tooLarge } from '../records/files.service.js';
import { STORAGE, type StorageAdapter } from '../storage/storage.port.js';
import { UploadPart } from './upload-part.entity.js';
import { LARGEST_MULTIPART_BYTES, LARGEST_PART_BYTES, UPLOAD_STALL_MS } from './upload-rules.js';
import type { UploadGrant } from './upload-signature.js';
import { Upload } from './upload.entity.js';

/** An upload's body before anything of it was read. */
export interface IncomingBody {
  stream: Readable;
  /** The `Content-Type` header. */
  contentType?: string;
  /** The `Content-Length` header; undefined with chunked encoding. */
  contentLength?: number;
}

/** Takes the bytes that come in over signed URLs. */
@Injectable()
export class UploadReceiver {
  constructor(
    @InjectRepository(Upload) private readonly uploads: Repository<Upload>,
    @InjectRepository(UploadPart) private readonly parts: Repository<UploadPart>,
    @Inject(STORAGE) private readonly storage: StorageAdapter,
    @Inject(APP_CONFIG) private readonly config: AppConfig,
    private readonly files: FilesService,
    private readonly pending: PendingFiles,
  ) {}

  /**
   * Stores a whole file. The first complete PUT wins; every later one is a `conflict`.
   * @throws AppError `invalid_request` (type or size are not those announced), `file_too_large`, `invalid_file`
   */
  async receiveFile(grant: UploadGrant, body: IncomingBody): Promise<StoredFile> {
    if (mediaType(body.contentType) !== grant.contentType) {
      throw new AppError(
        'invalid_request',
        `This upload must be sent with Content-Type: ${grant.contentType}.`,
      );
    }
    const limit = this.config.MAX_FILE_BYTES;
    if (grant.size !== null && body.contentLength !== undefined && body.contentLength !== grant.size) {
      throw wrongSize(grant.size);
    }
    if ((body.contentLength ?? 0) > limit) throw tooLarge(limit);
    const upload = await this.find({ key: grant.key, multipart: false });
    const bytes = Readable.from(complete(body, grant.size), { objectMode: false });
    const file = await this.files.storeAs(upload.key, upload.userId, bytes, {
      fileName: upload.fileName,
      contentType: upload.contentType,
      announcedBytes: grant.size ?? body.contentLength,
      expiresAt: expiryOf(this.config, false, upload.createdAt),
    });
    await this.uploads.update({ id: upload.id }, { completedAt: new Date() });
    return file;
  }

  /**
   * Stores one part, in place of an earlier one of the same number.
   * @returns the part's ETag, bare
   */
  async receivePart(grant: UploadGrant, body: IncomingBody): Promise<string> {
    const { uploadId, number: partNumber } = grant.part ?? { uploadId: '', number: 0 };
    const upload = await this.find({ id: uploadId, key: grant.key, multipart: true });
    const limit = Math.min(LARGEST_PART_BYTES, await this.roomFor(uploadId, partNumber));
    if ((body.contentLength ?? 0) > limit) throw partTooLarge();
    const { storageKey, room } = await this.pending.begin({
      userId: upload.userId,
      // Beside the other parts of the same file.
      fileKey: '',
      size: body.contentLength,
      isUpload: true,
    });
    try {
      const tooMuch = () =>
        limit <= room ? partTooLarge() : this.pending.noRoomLeft(room, body.contentLength);
      const bytes = new MeasuredBytes(complete(body, null), Math.min(limit, room), tooMuch);
      await this.storage.put(storageKey, bytes);
      const etag = bytes.sha256();
      await this.replacePart({ uploadId, partNumber, storageKey, size: bytes.size, etag });
      return etag;
    } catch (error) {
      await this.storage.delete(storageKey).then(() => this.pending.remove([storageKey]));
      throw error;
    } finally {
      this.pending.forget(storageKey);
    }
  }

  /** Bytes that the file may still have, so that nobody fills the disk with parts of a file that can never be. */
  private async roomFor(uploadId: string, partNumber: number): Promise<number> {
    const others = await this.parts.sum('size', { uploadId, partNumber: Not(partNumber) });
    return Math.max(0, LARGEST_MULTIPART_BYTES - (others ?? 0));
  }

  private async replacePart(part: UploadPart): Promise<void> {
    const { uploadId, partNumber } = part;
    const earlier = await this.parts.findOneBy({ uploadId, partNumber });
    await this.parts.manager.transaction(async (manager) => {
      await this.pending.end(part.storageKey, manager);
      await manager.upsert(UploadPart, part, ['uploadId', 'partNumber']);
    });
    // What cannot be deleted now is found by the check of the storage.
    if (earlier) await this.storage.delete(earlier.storageKey).catch(() => undefined);
  }

  private async find(where: { id?: string; key: string; multipart: boolean }): Promise<Upload> {
    const upload = await this.uploads.findOneBy({
      ...where,
      expiresAt: MoreThan(new Date()),
      completedAt: IsNull(),
    });
    if (!upload) throw new AppError('conflict', 'This upload is completed, aborted or expired.');
    return upload;
  }
}

/** The body, whole and in time, or an error that says what is missing. */
async function* complete(
  { stream, contentLength }: IncomingBody,
  size: number | null,
): AsyncGenerator<Buffer> {
  const expected = size ?? contentLength;
  let received = 0;
  const stalled = () => new AppError('invalid_request', 'The upload stopped before all bytes had arrived.');
  try {
    for await (const chunk of withStallLimit(stream, UPLOAD_STALL_MS, stalled, { keep: true })) {
      received += chunk.length;
      if (size !== null && received > size) throw wrongSize(size);
      yield chunk;
    }
  } catch (error) {
    if (error instanceof AppError) throw error;
    throw new AppError(
      'invalid_request',
      'The connection ended before all bytes had arrived.',
      {},
      { cause: error },
    );
  }
  if (expected !== undefined && received !== expected) throw wrongSize(expected);
}

function partTooLarge(): AppError {
  const [part, file] = [formatBytes(LARGEST_PART_BYTES), formatBytes(LARGEST_MULTIPART_BYTES)];
  return new AppError('file_too_large', `A part may have at most ${part}, all parts together ${file}.`);
}

function wrongSize(expected: number): AppError {
  return new AppError('invalid_request', `This upload must have exactly ${expected} bytes, as announced.`);
}
