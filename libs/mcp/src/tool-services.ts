import { Inject, Injectable } from '@nestjs/common';
import { CatalogService } from '#libs/catalog';
import { APP_CONFIG, type AppConfig } from '#libs/config';
import { FilesService, IngestService } from '#libs/files';
import { InferenceService, SubmissionService, WaitService } from '#libs/inference';

/** The services that tools call: a tool turns the wire into (actor, plain arguments) and calls one of them. */
@Injectable()
export class ToolServices {
  constructor(
    readonly catalog: CatalogService,
    readonly submissions: SubmissionService,
    readonly inference: InferenceService,
    readonly wait: WaitService,
    readonly files: FilesService,
    readonly ingest: IngestService,
    @Inject(APP_CONFIG) readonly config: AppConfig,
  ) {}
}
