import { Controller, Get, HttpCode, Param, Post, Req, UseGuards } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { type Actor, AdminGuard, CurrentActor } from '#libs/accounts';
import { ApiRoute } from '#libs/http';
import { QUEUE_LIST_SCHEMA, RETRY_SCHEMA } from './admin-queue.schemas.js';
import { AdminQueuesService, type QueueList, type RetryView } from './admin-queues.service.js';

/** The queues, for administrators. */
@Controller('admin/queues')
@UseGuards(AdminGuard)
export class AdminQueuesController {
  constructor(private readonly queues: AdminQueuesService) {}

  @Get()
  @ApiRoute({ summary: 'List the queues with what waits, runs and failed', answer: QUEUE_LIST_SCHEMA })
  list(@CurrentActor() actor: Actor): Promise<QueueList> {
    return this.queues.list(actor);
  }

  @Post(':name/retry')
  @HttpCode(200)
  @ApiRoute({
    summary: 'Retry the failed jobs of a queue',
    description:
      'At most 500 at once, the latest first. A request that FAILED is no failed job: that is final.',
    answer: RETRY_SCHEMA,
  })
  retry(
    @CurrentActor() actor: Actor,
    @Param('name') name: string,
    @Req() { ip }: FastifyRequest,
  ): Promise<RetryView> {
    return this.queues.retry(actor, name, { ip });
  }
}
