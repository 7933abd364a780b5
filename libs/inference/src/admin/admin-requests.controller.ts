import { Controller, Get, HttpCode, Param, Post, Query, Req, UseGuards } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { type Actor, AdminGuard, CurrentActor } from '#libs/accounts';
import type { RequestDetailView } from './admin-request-view.js';
import { ListRequestsQuery } from './admin-requests.dto.js';
import { AdminRequestsService, type RequestPage } from './admin-requests.service.js';

/** The requests of all users, for administrators. */
@Controller('admin/requests')
@UseGuards(AdminGuard)
export class AdminRequestsController {
  constructor(private readonly requests: AdminRequestsService) {}

  @Get()
  list(@CurrentActor() actor: Actor, @Query() query: ListRequestsQuery): Promise<RequestPage> {
    return this.requests.list(actor, query);
  }

  @Get(':id')
  read(@CurrentActor() actor: Actor, @Param('id') id: string): Promise<RequestDetailView> {
    return this.requests.read(actor, id);
  }

  @Post(':id/cancel')
  @HttpCode(200)
  cancel(
    @CurrentActor() actor: Actor,
    @Param('id') id: string,
    @Req() { ip }: FastifyRequest,
  ): Promise<RequestDetailView> {
    return this.requests.cancel(actor, id, { ip });
  }
}
