import { Controller, Get, HttpCode, Param, Post, Query, Req, UseGuards } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { type Actor, AdminGuard, CurrentActor } from '#libs/accounts';
import { type ListPage, RowIdPipe } from '#libs/http';
import { ListGrantsQuery } from './admin-grants.dto.js';
import { AdminGrantsService, type GrantView } from './admin-grants.service.js';

/** What users allowed which applications, for administrators. */
@Controller('admin/oauth/grants')
@UseGuards(AdminGuard)
export class AdminGrantsController {
  constructor(private readonly grants: AdminGrantsService) {}

  @Get()
  list(@CurrentActor() actor: Actor, @Query() query: ListGrantsQuery): Promise<ListPage<GrantView>> {
    return this.grants.list(actor, query);
  }

  @Get(':id')
  read(@CurrentActor() actor: Actor, @Param('id', RowIdPipe) id: string): Promise<GrantView> {
    return this.grants.read(actor, id);
  }

  @Post(':id/revoke')
  @HttpCode(200)
  revoke(
    @CurrentActor() actor: Actor,
    @Param('id', RowIdPipe) id: string,
    @Req() { ip }: FastifyRequest,
  ): Promise<GrantView> {
    return this.grants.revoke(actor, id, { ip });
  }
}
