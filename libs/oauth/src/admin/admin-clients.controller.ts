import { Controller, Delete, Get, HttpCode, Param, Post, Query, Req, UseGuards } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { type Actor, AdminGuard, CurrentActor } from '#libs/accounts';
import { type ListPage, RowIdPipe } from '#libs/http';
import { ListClientsQuery } from './admin-clients.dto.js';
import { AdminClientsService, type ClientView } from './admin-clients.service.js';

/** The applications that ask users for access, for administrators. */
@Controller('admin/oauth/clients')
@UseGuards(AdminGuard)
export class AdminClientsController {
  constructor(private readonly clients: AdminClientsService) {}

  @Get()
  list(@CurrentActor() actor: Actor, @Query() query: ListClientsQuery): Promise<ListPage<ClientView>> {
    return this.clients.list(actor, query);
  }

  @Get(':id')
  read(@CurrentActor() actor: Actor, @Param('id', RowIdPipe) id: string): Promise<ClientView> {
    return this.clients.read(actor, id);
  }

  @Post(':id/disable')
  @HttpCode(200)
  disable(
    @CurrentActor() actor: Actor,
    @Param('id', RowIdPipe) id: string,
    @Req() { ip }: FastifyRequest,
  ): Promise<ClientView> {
    return this.clients.setDisabled(actor, id, true, { ip });
  }

  @Post(':id/enable')
  @HttpCode(200)
  enable(
    @CurrentActor() actor: Actor,
    @Param('id', RowIdPipe) id: string,
    @Req() { ip }: FastifyRequest,
  ): Promise<ClientView> {
    return this.clients.setDisabled(actor, id, false, { ip });
  }

  @Delete(':id')
  @HttpCode(204)
  delete(
    @CurrentActor() actor: Actor,
    @Param('id', RowIdPipe) id: string,
    @Req() { ip }: FastifyRequest,
  ): Promise<void> {
    return this.clients.delete(actor, id, { ip });
  }
}
