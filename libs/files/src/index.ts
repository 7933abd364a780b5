export { FilesHttpModule } from './files-http.module.js';
export { FilesJobsModule } from './files-jobs.module.js';
export { FilesModule } from './files.module.js';
export { StorageCheckService } from './check/storage-check.service.js';
export { InputFetcher } from './fetch/input-fetcher.service.js';
export { IngestService } from './ingest/ingest.service.js';
export { FilesService, type StoredFile } from './records/files.service.js';
export { registerUploadRoutes } from './upload/register-upload-routes.js';
