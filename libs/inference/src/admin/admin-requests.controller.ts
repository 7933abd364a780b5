import { Controller, Get, HttpCode, Param, Post, Query, Req, UseGuards } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { type Actor, AdminGuard, CurrentActor } from '#libs/accounts';
import { ApiRoute, schemas } from '#libs/http';
import { REQUEST_SCHEMA, REQUEST_SUMMARY_SCHEMA } from './admin-request.schemas.js';
import type { RequestDetailView } from './admin-request-view.js';
import { ListRequestsQuery } from './admin-requests.dto.js';
import { AdminRequestsService, type RequestPage } from './admin-requests.service.js';

/** The requests of all users, for administrators. */
@Controller('admin/requests')
@UseGuards(AdminGuard)
export class AdminRequestsController {
  constructor(private readonly requests: AdminRequestsService) {}

  @Get()
  @ApiRoute({
    summary: 'List the requests of all users, the newest first',
    answer: schemas.cursorPageOf(REQUEST_SUMMARY_SCHEMA),
  })
  list(@CurrentActor() actor: Actor, @Query() query: ListRequestsQuery): Promise<RequestPage> {
    return this.requests.list(actor, query);
  }

  @Get(':id')
  @ApiRoute({ summary: 'Read a request', answer: REQUEST_SCHEMA })
  read(@CurrentActor() actor: Actor, @Param('id') id: string): Promise<RequestDetailView> {
    return this.requests.read(actor, id);
  }

  @Post(':id/cancel')
  @HttpCode(200)
  @ApiRoute({
    summary: 'Cancel a request',
    description:
      'Its engine stops and nothing is charged. Cancelling what is cancelled already changes nothing.',
    answer: REQUEST_SCHEMA,
    refusals: { 409: 'The request ended otherwise.' },
  })
  cancel(
    @CurrentActor() actor: Actor,
    @Param('id') id: string,
    @Req() { ip }: FastifyRequest,
  ): Promise<RequestDetailView> {
    return this.requests.cancel(actor, id, { ip });
  }
}
