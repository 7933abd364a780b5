import { Controller, Get, Head, Param, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { AppError } from '#libs/errors';
import type { FileRecord } from '../records/file.entity.js';
import { FilesService } from '../records/files.service.js';
import { isStorageKey } from '../storage/storage-key.js';
import { UploadedFiles } from '../upload/uploaded-files.service.js';
import { answerMedia } from './media-answer.js';

/** Stored files, for anyone who knows the URL. */
@Controller('media')
export class MediaController {
  constructor(
    private readonly files: FilesService,
    private readonly uploaded: UploadedFiles,
  ) {}

  /**
   * Declared before GET: Fastify would else make a HEAD of its own, which reads the file to throw it away.
   * `Range` has no meaning here (RFC 9110 §14.2).
   */
  @Head(':key')
  async head(
    @Param('key') key: string,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const headers = { ...request.headers, range: undefined };
    const answer = answerMedia(await this.find(key), headers, new Date());
    await reply.status(answer.status).headers(answer.headers).send();
  }

  @Get(':key')
  async get(
    @Param('key') key: string,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const file = await this.find(key);
    const { status, headers, body } = answerMedia(file, request.headers, new Date());
    // Opened before the headers are set: bytes that are gone are an error like any other.
    const bytes = body && (await this.files.open(file, body === 'whole' ? undefined : body));
    // Fastify pipes: a slow reader holds one buffer, and the file is closed when the reader goes away.
    await reply
      .status(status)
      .headers(headers)
      .send(bytes ?? undefined);
  }

  private async find(key: string): Promise<FileRecord> {
    const file = isStorageKey(key) ? await this.uploaded.find(key) : null;
    if (!file) throw new AppError('not_found', 'There is no such file, or it has expired.');
    return file;
  }
}
