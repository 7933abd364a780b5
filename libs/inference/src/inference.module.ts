import { BullModule } from '@nestjs/bullmq';
import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { AuditModule } from '#libs/audit';
import { CatalogModule, KnownEngines } from '#libs/catalog';
import { EngineRegistry, EnginesModule } from '#libs/engines';
import { FilesModule } from '#libs/files';
import { AdminQueuesService } from './admin/admin-queues.service.js';
import { RequestLoadRepository } from './admin/request-load.repository.js';
import { INFERENCE_QUEUE, InferenceQueue } from './inference-queue.service.js';
import { InferenceRequest } from './inference-request.entity.js';
import { InferenceTurn } from './queueing/inference-turn.entity.js';
import { ModelDurations } from './queueing/model-durations.service.js';
import { QueuePlaces } from './queueing/queue-places.service.js';
import { InferenceService } from './inference.service.js';
import { RequestCanceller } from './request-canceller.service.js';
import { RequestEvents } from './request-events.service.js';
import { RequestHistoryRepository } from './request-history.repository.js';
import { RequestLifecycleRepository } from './request-lifecycle.repository.js';
import { RepeatedSubmissions } from './submission/repeated-submissions.service.js';
import { SubmissionService } from './submission/submission.service.js';
import { UnfinishedUse } from './unfinished-use.service.js';
import { WaitService } from './waiting/wait.service.js';

/** Requests, from the submission to the history. What runs them is in `InferenceJobsModule`. */
@Module({
  imports: [
    TypeOrmModule.forFeature([InferenceRequest, InferenceTurn]),
    BullModule.registerQueue({ name: INFERENCE_QUEUE }),
    AuditModule,
    CatalogModule,
    EnginesModule,
    FilesModule,
  ],
  providers: [
    SubmissionService,
    InferenceService,
    WaitService,
    InferenceQueue,
    RequestCanceller,
    RequestEvents,
    RequestHistoryRepository,
    RequestLifecycleRepository,
    QueuePlaces,
    ModelDurations,
    RepeatedSubmissions,
    RequestLoadRepository,
    AdminQueuesService,
    UnfinishedUse,
  ],
  exports: [
    SubmissionService,
    InferenceService,
    WaitService,
    InferenceQueue,
    RequestEvents,
    RequestLifecycleRepository,
    RequestCanceller,
    AdminQueuesService,
  ],
})
export class InferenceModule {
  /** The api and the commands save models only for what the worker runs: all of them read the same settings. */
  constructor(known: KnownEngines, engines: EngineRegistry) {
    known.register(engines.all);
  }
}
