import { Inject, Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { type EntityManager, MoreThan, Repository } from 'typeorm';
import type { Actor } from '#libs/accounts';
import { AuditLog, type RequestContext } from '#libs/audit';
import { APP_CONFIG, type AppConfig } from '#libs/config';
import type { ListPage, PageQuery } from '#libs/http';
import { StorageUsage } from '../limits/storage-usage.entity.js';
import { mediaUrl } from '../media/media-url.js';
import { FileRecord } from '../records/file.entity.js';
import { FilesService } from '../records/files.service.js';
import { isStorageKey } from '../storage/storage-key.js';
import { UploadedFiles } from '../upload/uploaded-files.service.js';
import { type OwnFileView, ownFileView, type StorageUsageView } from './own-files.dto.js';

/** What owners see of their files, and what they do with them. */
@Injectable()
export class OwnFilesService {
  constructor(
    @InjectRepository(FileRecord) private readonly records: Repository<FileRecord>,
    @InjectRepository(StorageUsage) private readonly usages: Repository<StorageUsage>,
    @Inject(APP_CONFIG) private readonly config: AppConfig,
    private readonly files: FilesService,
    private readonly uploaded: UploadedFiles,
    private readonly audit: AuditLog,
  ) {}

  /** The newest first. */
  async list({ userId }: Actor, { page, limit }: PageQuery): Promise<ListPage<OwnFileView>> {
    const [files, total] = await this.records.findAndCount({
      where: { userId, expiresAt: MoreThan(new Date()) },
      order: { createdAt: 'DESC', id: 'DESC' },
      skip: (page - 1) * limit,
      take: limit,
    });
    const items = files.map((file) => ownFileView(file, mediaUrl(this.config, file.key)));
    return { items, page, limit, total };
  }

  async usage({ userId }: Actor): Promise<StorageUsageView> {
    const usage = await this.usages.findOneBy({ userId });
    return {
      files: usage?.files ?? 0,
      bytes: usage?.bytes ?? 0,
      maxFiles: this.config.MAX_FILES_PER_USER || null,
      maxBytes: this.config.MAX_STORED_BYTES_PER_USER || null,
    };
  }

  /**
   * @param idOrKey the file's id, or the last segment of its URL
   * @returns the name that it had
   * @throws AppError `not_found`, also for another user's file; `conflict` while someone sees it for the first time
   */
  async delete(actor: Actor, idOrKey: string, context: RequestContext): Promise<string> {
    const { userId } = actor;
    const unseen = isStorageKey(idOrKey)
      ? await this.uploaded.removeWaiting(userId, idOrKey, ({ fileName, size }, manager) =>
          this.record(actor, context, { fileId: null, fileName, size, requestId: null }, manager),
        )
      : null;
    if (unseen) return unseen.fileName;
    const { fileName } = await this.files.deleteOwn(userId, idOrKey, (file, manager) => {
      const { id: fileId, fileName, size, requestId } = file;
      return this.record(actor, context, { fileId, fileName, size: Number(size), requestId }, manager);
    });
    return fileName;
  }

  private record(
    { userId, clientId }: Actor,
    { ip }: RequestContext,
    details: Record<string, string | number | null>,
    manager: EntityManager,
  ): Promise<void> {
    const facts = { type: 'file.deleted', actorId: userId, userId, clientId, ip, details } as const;
    return this.audit.record(facts, manager);
  }
}
