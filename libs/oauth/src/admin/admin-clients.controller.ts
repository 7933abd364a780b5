import { Controller, Delete, Get, HttpCode, Param, Post, Query, Req, UseGuards } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { type Actor, AdminGuard, CurrentActor } from '#libs/accounts';
import { ApiRoute, type ListPage, RowIdPipe, schemas } from '#libs/http';
import { ListClientsQuery } from './admin-clients.dto.js';
import { AdminClientsService, CLIENT_SCHEMA, type ClientView } from './admin-clients.service.js';

/** The applications that ask users for access, for administrators. */
@Controller('admin/oauth/clients')
@UseGuards(AdminGuard)
export class AdminClientsController {
  constructor(private readonly clients: AdminClientsService) {}

  @Get()
  @ApiRoute({ summary: 'List OAuth clients, the newest first', answer: schemas.pageOf(CLIENT_SCHEMA) })
  list(@CurrentActor() actor: Actor, @Query() query: ListClientsQuery): Promise<ListPage<ClientView>> {
    return this.clients.list(actor, query);
  }

  @Get(':id')
  @ApiRoute({ summary: 'Read an OAuth client', answer: CLIENT_SCHEMA })
  read(@CurrentActor() actor: Actor, @Param('id', RowIdPipe) id: string): Promise<ClientView> {
    return this.clients.read(actor, id);
  }

  @Post(':id/disable')
  @HttpCode(200)
  @ApiRoute({
    summary: 'Disable an OAuth client',
    description: 'Its tokens stop working, nobody can connect it.',
    answer: CLIENT_SCHEMA,
  })
  disable(
    @CurrentActor() actor: Actor,
    @Param('id', RowIdPipe) id: string,
    @Req() { ip }: FastifyRequest,
  ): Promise<ClientView> {
    return this.clients.setDisabled(actor, id, true, { ip });
  }

  @Post(':id/enable')
  @HttpCode(200)
  @ApiRoute({ summary: 'Enable an OAuth client again', answer: CLIENT_SCHEMA })
  enable(
    @CurrentActor() actor: Actor,
    @Param('id', RowIdPipe) id: string,
    @Req() { ip }: FastifyRequest,
  ): Promise<ClientView> {
    return this.clients.setDisabled(actor, id, false, { ip });
  }

  @Delete(':id')
  @HttpCode(204)
  @ApiRoute({ summary: 'Delete an OAuth client with everything that users allowed it' })
  delete(
    @CurrentActor() actor: Actor,
    @Param('id', RowIdPipe) id: string,
    @Req() { ip }: FastifyRequest,
  ): Promise<void> {
    return this.clients.delete(actor, id, { ip });
  }
}
