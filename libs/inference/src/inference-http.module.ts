import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { AccountsModule } from '#libs/accounts';
import { FilesModule } from '#libs/files';
import { AdminQueuesController } from './admin/admin-queues.controller.js';
import { AdminRequestsController } from './admin/admin-requests.controller.js';
import { AdminRequestsRepository } from './admin/admin-requests.repository.js';
import { AdminRequestsService } from './admin/admin-requests.service.js';
import { InferenceModule } from './inference.module.js';
import { InferenceRequest } from './inference-request.entity.js';

/** The HTTP edge of the requests: what administrators see of all users' and of the queues. */
@Module({
  imports: [InferenceModule, FilesModule, AccountsModule, TypeOrmModule.forFeature([InferenceRequest])],
  controllers: [AdminRequestsController, AdminQueuesController],
  providers: [AdminRequestsRepository, AdminRequestsService],
})
export class InferenceHttpModule {}
