import { Module } from '@nestjs/common';
import { FilesModule } from './files.module.js';
import { StorageCheckProcessor } from './check/storage-check.processor.js';
import { IngestJob } from './ingest/ingest-job.service.js';
import { IngestProcessor } from './ingest/ingest.processor.js';
import { FileSweeper } from './records/file-sweeper.service.js';

/** The files' jobs: fetches of large URLs, and the sweep of what has expired. */
@Module({
  imports: [FilesModule],
  providers: [IngestJob, IngestProcessor, FileSweeper, StorageCheckProcessor],
})
export class FilesJobsModule {}
