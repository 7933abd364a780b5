import { Body, Controller, Get, Post, Req, Res, UseFilters, UseGuards } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { CsrfGuard } from '#libs/accounts';
import { AppError } from '#libs/errors';
import { type FormFields, PageErrorFilter, uuid } from '#libs/pages';
import { GrantsService } from '../grants/grants.service.js';
import { AccountPages, actorOf } from './account-pages.js';
import { connectionRow } from './connection-row.js';

/** A signed-in person's account, and the assistants that they connected to it. */
@Controller('account')
@UseFilters(PageErrorFilter)
export class AccountController {
  constructor(
    private readonly account: AccountPages,
    private readonly grants: GrantsService,
  ) {}

  @Get()
  async show(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const user = await this.account.signedInOrToLogin(request, reply);
    if (!user) return;
    await this.account.send(request, reply, user, 'account', { curates: user.role !== 'user' });
  }

  @Get('connections')
  async connections(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const user = await this.account.signedInOrToLogin(request, reply);
    if (!user) return;
    const connections = await this.grants.listConnections(actorOf(user));
    const context = { connections: connections.map(connectionRow) };
    await this.account.send(request, reply, user, 'connections', context);
  }

  @Post('connections')
  @UseGuards(CsrfGuard)
  async disconnect(
    @Body() fields: FormFields,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const actor = actorOf(await this.account.requireUser(request));
    const id = uuid(fields.id);
    if (id === undefined) throw new AppError('not_found');
    const meant = (await this.grants.listConnections(actor)).find((connection) => connection.id === id);
    await this.grants.revokeOwn(actor, id, { ip: request.ip });
    const name = meant ? connectionRow(meant).name : 'The assistant';
    this.account.leave(request, reply, '/account/connections', `${name} is disconnected.`);
  }
}
