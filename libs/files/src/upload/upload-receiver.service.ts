import { Readable } from 'node:stream';
import { Inject, Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { IsNull, MoreThan, Repository } from 'typeorm';
import type { Actor } from '#libs/accounts';
import { APP_CONFIG, type AppConfig } from '#libs/config';
import { AppError } from '#libs/errors';
import { mediaType } from '../content/content-type.js';
import { withStallLimit } from '../content/stall-limit.js';
import { FilesService, type StoredFile, tooLarge } from '../records/files.service.js';
import { PartStore } from './part-store.service.js';
import { fileMeta } from './upload-meta.js';
import { UPLOAD_STALL_MS } from './upload-rules.js';
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
    @Inject(APP_CONFIG) private readonly config: AppConfig,
    private readonly parts: PartStore,
    private readonly files: FilesService,
  ) {}

  /**
   * Stores a whole file. The first complete PUT wins; every later one is a `conflict`.
   * @throws AppError `invalid_request` (type or size are not those announced), `file_too_large`, `invalid_file`,
   * `storage_quota_exceeded`, `too_many_uploads`
   */
  async receiveFile(grant: UploadGrant, body: IncomingBody): Promise<StoredFile> {
    if (mediaType(body.contentType) !== grant.contentType) {
      throw new AppError(
        'invalid_request',
        `This upload must be sent with Content-Type: ${grant.contentType}.`,
      );
    }
    if (grant.size !== null && body.contentLength !== undefined && body.contentLength !== grant.size) {
      throw wrongSize(grant.size);
    }
    this.assertUnderCap(body);
    const upload = await this.find({ key: grant.key, multipart: false });
    const bytes = Readable.from(complete(body, grant.size), { objectMode: false });
    const file = await this.files.storeAs(upload.key, upload.userId, bytes, {
      ...fileMeta(upload, this.config),
      announcedBytes: grant.size ?? body.contentLength,
    });
    await this.uploads.update({ id: upload.id }, { completedAt: new Date() });
    return file;
  }

  /**
   * Stores a file that nobody announced.
   * @param fileName as the sender calls it; it is cleaned
   * @throws AppError as {@link receiveFile}
   */
  async receiveUnannounced(
    actor: Actor,
    fileName: string | undefined,
    body: IncomingBody,
  ): Promise<StoredFile> {
    this.assertUnderCap(body);
    return this.files.store(actor, Readable.from(complete(body, null), { objectMode: false }), {
      fileName,
      contentType: body.contentType,
      announcedBytes: body.contentLength,
    });
  }

  /**
   * Stores one part, in place of an earlier one of the same number.
   * @returns the part's ETag, bare
   */
  async receivePart(grant: UploadGrant, body: IncomingBody): Promise<string> {
    const { uploadId, number: partNumber } = grant.part ?? { uploadId: '', number: 0 };
    const upload = await this.find({ id: uploadId, key: grant.key, multipart: true });
    return this.parts.store(upload, partNumber, complete(body, null), body.contentLength);
  }

  private assertUnderCap({ contentLength = 0 }: IncomingBody): void {
    const limit = this.config.MAX_FILE_BYTES;
    if (contentLength > limit) throw tooLarge(limit);
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

function wrongSize(expected: number): AppError {
  return new AppError('invalid_request', `This upload must have exactly ${expected} bytes, as announced.`);
}
