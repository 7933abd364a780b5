export { FilesHttpModule } from './files-http.module.js';
export { FilesJobsModule } from './files-jobs.module.js';
export { FilesModule } from './files.module.js';
export { InputFetcher } from './fetch/input-fetcher.service.js';
export { IngestService } from './ingest/ingest.service.js';
export { type MovedFile, StorageMove } from './move/storage-move.service.js';
export { FilesService, type StoredFile } from './records/files.service.js';
export { registerUploadRoutes } from './upload/register-upload-routes.js';
