import { Controller, Get, HttpCode, Param, Post, Req, UseGuards } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { type Actor, AdminGuard, CurrentActor } from '#libs/accounts';
import { AdminQueuesService, type QueueList, type RetryView } from './admin-queues.service.js';

/** The queues, for administrators. */
@Controller('admin/queues')
@UseGuards(AdminGuard)
export class AdminQueuesController {
  constructor(private readonly queues: AdminQueuesService) {}

  @Get()
  list(@CurrentActor() actor: Actor): Promise<QueueList> {
    return this.queues.list(actor);
  }

  @Post(':name/retry')
  @HttpCode(200)
  retry(
    @CurrentActor() actor: Actor,
    @Param('name') name: string,
    @Req() { ip }: FastifyRequest,
  ): Promise<RetryView> {
    return this.queues.retry(actor, name, { ip });
  }
}
