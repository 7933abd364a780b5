import { Controller, Get, HttpCode, Param, Post, Query, Req, UseGuards } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { type Actor, AdminGuard, CurrentActor } from '#libs/accounts';
import { ApiRoute, type ListPage, RowIdPipe, schemas } from '#libs/http';
import { ListGrantsQuery } from './admin-grants.dto.js';
import { AdminGrantsService, GRANT_SCHEMA, type GrantView } from './admin-grants.service.js';

/** What users allowed which applications, for administrators. */
@Controller('admin/oauth/grants')
@UseGuards(AdminGuard)
export class AdminGrantsController {
  constructor(private readonly grants: AdminGrantsService) {}

  @Get()
  @ApiRoute({ summary: 'List grants, the newest first', answer: schemas.pageOf(GRANT_SCHEMA) })
  list(@CurrentActor() actor: Actor, @Query() query: ListGrantsQuery): Promise<ListPage<GrantView>> {
    return this.grants.list(actor, query);
  }

  @Get(':id')
  @ApiRoute({ summary: 'Read a grant', answer: GRANT_SCHEMA })
  read(@CurrentActor() actor: Actor, @Param('id', RowIdPipe) id: string): Promise<GrantView> {
    return this.grants.read(actor, id);
  }

  @Post(':id/revoke')
  @HttpCode(200)
  @ApiRoute({
    summary: 'Revoke a grant with all its tokens',
    description: 'Streams that are open on them end.',
    answer: GRANT_SCHEMA,
  })
  revoke(
    @CurrentActor() actor: Actor,
    @Param('id', RowIdPipe) id: string,
    @Req() { ip }: FastifyRequest,
  ): Promise<GrantView> {
    return this.grants.revoke(actor, id, { ip });
  }
}
