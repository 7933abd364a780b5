import { randomUUID } from 'node:crypto';
import { Body, Controller, Get, Post, Req, Res, UseFilters, UseGuards } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { ApiKeysService, CsrfGuard, type User } from '#libs/accounts';
import { AppError, HTTP_STATUS } from '#libs/errors';
import { day, type FormFields, PageErrorFilter, text, uuid } from '#libs/pages';
import { AccountPages, actorOf } from './account-pages.js';
import { readRole, roleChoices, roleInForce } from './key-form.js';

/** A signed-in person's API keys. */
@Controller('account/keys')
@UseFilters(PageErrorFilter)
export class KeysController {
  constructor(
    private readonly account: AccountPages,
    private readonly apiKeys: ApiKeysService,
  ) {}

  @Get()
  async show(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const user = await this.account.signedInOrToLogin(request, reply);
    if (user) await this.sendKeys(request, reply, user);
  }

  /**
   * Shows the new key in the answer itself: it is stored nowhere, so no later page could. The form names the id that
   * the key will have, so that reloading the answer finds the key made instead of making another.
   */
  @Post()
  @UseGuards(CsrfGuard)
  async create(
    @Body() fields: FormFields,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const user = await this.account.requireUser(request);
    const name = text(fields.name) ?? '';
    try {
      const wanted = { id: uuid(fields.new_key), name, role: readRole(fields.role, user.role) };
      const { key } = await this.apiKeys.create(actorOf(user), wanted, { ip: request.ip });
      await this.sendKeys(request, reply, user, { newKey: key });
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      const [field] = error.details.validationErrors ?? [];
      const problem = field
        ? { nameProblem: `The name ${field.message}.`, name }
        : { problem: error.message };
      const roles = roleChoices(user.role, fields.role);
      await this.sendKeys(request, reply, user, { ...problem, roles }, HTTP_STATUS[error.kind]);
    }
  }

  @Post('revoke')
  @UseGuards(CsrfGuard)
  async revoke(
    @Body() fields: FormFields,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const actor = actorOf(await this.account.requireUser(request));
    const id = uuid(fields.id);
    if (id === undefined) throw new AppError('not_found');
    const meant = (await this.apiKeys.list(actor)).find((key) => key.id === id);
    await this.apiKeys.revoke(actor, id, { ip: request.ip });
    this.account.leave(request, reply, '/account/keys', `The key ${meant?.name ?? ''} is revoked.`);
  }

  private async sendKeys(
    request: FastifyRequest,
    reply: FastifyReply,
    user: User,
    context: object = {},
    status = 200,
  ): Promise<void> {
    const keys = await this.apiKeys.list(actorOf(user));
    const rows = keys.map((key) => ({
      ...key,
      role: roleInForce(key.role, user.role),
      since: day(key.createdAt),
      lastUsed: day(key.lastUsedAt),
    }));
    const form = { newKeyId: randomUUID(), roles: roleChoices(user.role) };
    const page = { keys: rows, script: 'copy.js', ...form, ...context };
    await this.account.send(request, reply, user, 'keys', page, status);
  }
}
