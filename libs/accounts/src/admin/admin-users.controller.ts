import { Body, Controller, Get, HttpCode, Param, Post, Put, Query, Req, UseGuards } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { type ListPage, RowIdPipe } from '#libs/http';
import type { Actor } from '../actor.js';
import { CurrentActor } from '../current-actor.decorator.js';
import { AdminGuard } from './admin.guard.js';
import { CreateUserDto, ListUsersQuery, SetRoleDto } from './admin-users.dto.js';
import { AdminUsersService, type UserView } from './admin-users.service.js';

/** Users, for administrators. */
@Controller('admin/users')
@UseGuards(AdminGuard)
export class AdminUsersController {
  constructor(private readonly users: AdminUsersService) {}

  @Get()
  list(@CurrentActor() actor: Actor, @Query() query: ListUsersQuery): Promise<ListPage<UserView>> {
    return this.users.list(actor, query);
  }

  @Post()
  create(
    @CurrentActor() actor: Actor,
    @Body() body: CreateUserDto,
    @Req() { ip }: FastifyRequest,
  ): Promise<UserView> {
    return this.users.create(actor, body, { ip });
  }

  @Get(':id')
  read(@CurrentActor() actor: Actor, @Param('id', RowIdPipe) id: string): Promise<UserView> {
    return this.users.read(actor, id);
  }

  @Post(':id/disable')
  @HttpCode(200)
  disable(
    @CurrentActor() actor: Actor,
    @Param('id', RowIdPipe) id: string,
    @Req() { ip }: FastifyRequest,
  ): Promise<UserView> {
    return this.users.setDisabled(actor, id, true, { ip });
  }

  @Post(':id/enable')
  @HttpCode(200)
  enable(
    @CurrentActor() actor: Actor,
    @Param('id', RowIdPipe) id: string,
    @Req() { ip }: FastifyRequest,
  ): Promise<UserView> {
    return this.users.setDisabled(actor, id, false, { ip });
  }

  @Put(':id/role')
  setRole(
    @CurrentActor() actor: Actor,
    @Param('id', RowIdPipe) id: string,
    @Body() { role }: SetRoleDto,
    @Req() { ip }: FastifyRequest,
  ): Promise<UserView> {
    return this.users.setRole(actor, id, role, { ip });
  }
}
