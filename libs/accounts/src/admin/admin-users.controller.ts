import { Body, Controller, Get, HttpCode, Param, Post, Put, Query, Req, UseGuards } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { ApiRoute, type ListPage, RowIdPipe, schemas } from '#libs/http';
import type { Actor } from '../actor.js';
import { CurrentActor } from '../current-actor.decorator.js';
import { AdminGuard } from './admin.guard.js';
import { CreateUserDto, ListUsersQuery, SetRoleDto } from './admin-users.dto.js';
import { AdminUsersService, NEW_USER_SCHEMA, USER_SCHEMA, type UserView } from './admin-users.service.js';

/** Users, for administrators. */
@Controller('admin/users')
@UseGuards(AdminGuard)
export class AdminUsersController {
  constructor(private readonly users: AdminUsersService) {}

  @Get()
  @ApiRoute({ summary: 'List users, by address', answer: schemas.pageOf(USER_SCHEMA) })
  list(@CurrentActor() actor: Actor, @Query() query: ListUsersQuery): Promise<ListPage<UserView>> {
    return this.users.list(actor, query);
  }

  @Post()
  @ApiRoute({
    summary: 'Create a user',
    description: 'Without `password` one is generated; the answer tells it, this once.',
    answer: NEW_USER_SCHEMA,
    refusals: { 409: 'The address is taken.' },
  })
  create(
    @CurrentActor() actor: Actor,
    @Body() body: CreateUserDto,
    @Req() { ip }: FastifyRequest,
  ): Promise<UserView> {
    return this.users.create(actor, body, { ip });
  }

  @Get(':id')
  @ApiRoute({ summary: 'Read a user', answer: USER_SCHEMA })
  read(@CurrentActor() actor: Actor, @Param('id', RowIdPipe) id: string): Promise<UserView> {
    return this.users.read(actor, id);
  }

  @Post(':id/disable')
  @HttpCode(200)
  @ApiRoute({
    summary: 'Disable a user',
    description: 'Signed out everywhere, assistants disconnected; API keys rest.',
    answer: USER_SCHEMA,
    refusals: { 409: 'It is oneself, or the last administrator.' },
  })
  disable(
    @CurrentActor() actor: Actor,
    @Param('id', RowIdPipe) id: string,
    @Req() { ip }: FastifyRequest,
  ): Promise<UserView> {
    return this.users.setDisabled(actor, id, true, { ip });
  }

  @Post(':id/enable')
  @HttpCode(200)
  @ApiRoute({ summary: 'Enable a user again', answer: USER_SCHEMA })
  enable(
    @CurrentActor() actor: Actor,
    @Param('id', RowIdPipe) id: string,
    @Req() { ip }: FastifyRequest,
  ): Promise<UserView> {
    return this.users.setDisabled(actor, id, false, { ip });
  }

  @Put(':id/role')
  @ApiRoute({
    summary: 'Set the role of a user',
    answer: USER_SCHEMA,
    refusals: { 409: 'It is the last administrator.' },
  })
  setRole(
    @CurrentActor() actor: Actor,
    @Param('id', RowIdPipe) id: string,
    @Body() { role }: SetRoleDto,
    @Req() { ip }: FastifyRequest,
  ): Promise<UserView> {
    return this.users.setRole(actor, id, role, { ip });
  }
}
