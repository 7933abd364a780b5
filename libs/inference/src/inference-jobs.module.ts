import { Module } from '@nestjs/common';
import { AccountsModule } from '#libs/accounts';
import { EnginesModule } from '#libs/engines';
import { FilesModule } from '#libs/files';
import { ActiveRuns } from './execution/active-runs.service.js';
import { ExecuteService } from './execution/execute.service.js';
import { InferenceProcessor } from './execution/inference.processor.js';
import { RequestRetention } from './execution/request-retention.service.js';
import { RunOutputs } from './execution/run-outputs.service.js';
import { RunWorkspaces } from './execution/run-workspaces.service.js';
import { UnfinishedSweep } from './execution/unfinished-sweep.service.js';
import { WorkLoop } from './execution/work-loop.service.js';
import { ClaimsRepository } from './queueing/claims.repository.js';
import { InferenceModule } from './inference.module.js';

/** What runs requests; for the worker process only. */
@Module({
  imports: [InferenceModule, EnginesModule, FilesModule, AccountsModule],
  providers: [
    ActiveRuns,
    ClaimsRepository,
    ExecuteService,
    InferenceProcessor,
    RequestRetention,
    RunOutputs,
    RunWorkspaces,
    UnfinishedSweep,
    WorkLoop,
  ],
})
export class InferenceJobsModule {}
