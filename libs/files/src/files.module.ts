import { BullModule } from '@nestjs/bullmq';
import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { APP_CONFIG, type AppConfig } from '#libs/config';
import { KnownBytesRepository } from './check/known-bytes.repository.js';
import { STORAGE_CHECK_QUEUE } from './check/storage-check-queue.js';
import { StorageCheck } from './check/storage-check.entity.js';
import { StorageCheckService } from './check/storage-check.service.js';
import { StorageChecksRepository } from './check/storage-checks.repository.js';
import { InputFetcher } from './fetch/input-fetcher.service.js';
import { UrlSource } from './fetch/url-source.service.js';
import { INGEST_QUEUE } from './ingest/ingest-rules.js';
import { IngestRetries } from './ingest/ingest-retries.service.js';
import { IngestWait } from './ingest/ingest-wait.service.js';
import { Ingest } from './ingest/ingest.entity.js';
import { IngestService } from './ingest/ingest.service.js';
import { IngestsRepository } from './ingest/ingests.repository.js';
import { StorageMove } from './move/storage-move.service.js';
import { FileRecord } from './records/file.entity.js';
import { PendingFile } from './records/pending-file.entity.js';
import { PendingFiles } from './limits/pending-files.service.js';
import { StorageUsage } from './limits/storage-usage.entity.js';
import { FilesService } from './records/files.service.js';
import { createStorage } from './storage/create-storage.js';
import { STORAGE } from './storage/storage.port.js';
import { ServerTransfer } from './upload/server-transfer.service.js';
import { StorageTransfer } from './upload/storage-transfer.service.js';
import { UploadClaims } from './upload/upload-claims.service.js';
import { UploadClosing } from './upload/upload-closing.service.js';
import { UploadPart } from './upload/upload-part.entity.js';
import { UploadTransfers } from './upload/upload-transfers.service.js';
import { UploadUrls } from './upload/upload-urls.service.js';
import { Upload } from './upload/upload.entity.js';
import { UploadedFiles } from './upload/uploaded-files.service.js';
import { UploadsService } from './upload/uploads.service.js';

const storage = {
  provide: STORAGE,
  inject: [APP_CONFIG],
  useFactory: (config: AppConfig) => createStorage(config),
};

/** Files: stored, fetched from URLs, and handed to the engines. */
@Module({
  imports: [
    TypeOrmModule.forFeature([
      FileRecord,
      PendingFile,
      StorageUsage,
      StorageCheck,
      Ingest,
      Upload,
      UploadPart,
    ]),
    BullModule.registerQueue({ name: INGEST_QUEUE }, { name: STORAGE_CHECK_QUEUE }),
  ],
  providers: [
    storage,
    PendingFiles,
    FilesService,
    UrlSource,
    InputFetcher,
    IngestsRepository,
    IngestWait,
    IngestRetries,
    IngestService,
    UploadUrls,
    ServerTransfer,
    StorageTransfer,
    UploadTransfers,
    UploadClaims,
    UploadClosing,
    UploadedFiles,
    UploadsService,
    StorageMove,
    KnownBytesRepository,
    StorageChecksRepository,
    StorageCheckService,
  ],
  exports: [
    BullModule,
    STORAGE,
    TypeOrmModule,
    PendingFiles,
    FilesService,
    UrlSource,
    InputFetcher,
    IngestsRepository,
    IngestService,
    UploadUrls,
    UploadedFiles,
    UploadsService,
    StorageMove,
    StorageCheckService,
  ],
})
export class FilesModule {}
