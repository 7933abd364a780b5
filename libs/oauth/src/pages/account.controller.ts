import { Body, Controller, Get, Post, Req, Res, UseFilters, UseGuards } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { type Actor, ApiKeysService, CsrfGuard, SignInService, type User } from '#libs/accounts';
import { AppError } from '#libs/errors';
import { GrantsService } from '../grants/grants.service.js';
import { PageErrorFilter } from './page-error.filter.js';
import { PageRenderer } from './page-renderer.js';

interface Fields {
  id?: unknown;
  name?: unknown;
}

/** What a signed-in person sees and changes of their own: account, connected assistants, API keys. */
@Controller('account')
@UseFilters(PageErrorFilter)
export class AccountController {
  constructor(
    private readonly signIn: SignInService,
    private readonly grants: GrantsService,
    private readonly apiKeys: ApiKeysService,
    private readonly pages: PageRenderer,
  ) {}

  @Get()
  async account(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const user = await this.signedInOrToLogin(request, reply);
    if (user) this.send(reply, 'account', user, {});
  }

  @Get('connections')
  async connections(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const user = await this.signedInOrToLogin(request, reply);
    if (!user) return;
    const connections = await this.grants.listConnections(actorOf(user));
    const rows = connections.map((row) => ({
      ...row,
      since: day(row.createdAt),
      lastUsed: day(row.lastUsedAt),
    }));
    this.send(reply, 'connections', user, { connections: rows });
  }

  @Post('connections')
  @UseGuards(CsrfGuard)
  async disconnect(
    @Body() fields: Fields,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const actor = await this.requireActor(request);
    await this.grants.revokeOwn(actor, requireId(fields.id));
    void reply.redirect('/account/connections', 303);
  }

  @Get('keys')
  async keys(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const user = await this.signedInOrToLogin(request, reply);
    if (user) await this.sendKeys(reply, user);
  }

  /** Shows the new key in the answer itself: it is stored nowhere, so no later page could. */
  @Post('keys')
  @UseGuards(CsrfGuard)
  async createKey(
    @Body() fields: Fields,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const user = await this.requireUser(request);
    const name = typeof fields.name === 'string' ? fields.name.replaceAll('\0', '') : '';
    const { key } = await this.apiKeys.create(actorOf(user), { name, role: user.role });
    await this.sendKeys(reply, user, key);
  }

  @Post('keys/revoke')
  @UseGuards(CsrfGuard)
  async revokeKey(
    @Body() fields: Fields,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    await this.apiKeys.revoke(await this.requireActor(request), requireId(fields.id));
    void reply.redirect('/account/keys', 303);
  }

  private async sendKeys(reply: FastifyReply, user: User, newKey?: string): Promise<void> {
    const keys = await this.apiKeys.list(actorOf(user));
    const rows = keys.map((key) => ({ ...key, since: day(key.createdAt), lastUsed: day(key.lastUsedAt) }));
    this.send(reply, 'keys', user, { keys: rows, newKey, script: newKey !== undefined });
  }

  private send(reply: FastifyReply, template: string, user: User, context: object): void {
    this.pages.send(reply, template, { user, csrf: reply.generateCsrf(), [template]: true, ...context });
  }

  private async signedInOrToLogin(request: FastifyRequest, reply: FastifyReply): Promise<User | null> {
    const user = await this.signIn.currentUser(request);
    if (!user) void reply.redirect(`/login?return_to=${encodeURIComponent(request.url)}`, 303);
    return user;
  }

  private async requireUser(request: FastifyRequest): Promise<User> {
    const user = await this.signIn.currentUser(request);
    if (!user) throw new AppError('csrf');
    return user;
  }

  private async requireActor(request: FastifyRequest): Promise<Actor> {
    return actorOf(await this.requireUser(request));
  }
}

function actorOf(user: User): Actor {
  return { userId: user.id, email: user.email, role: user.role, clientId: null };
}

function requireId(id: unknown): string {
  if (typeof id === 'string' && /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i.test(id)) return id;
  throw new AppError('not_found');
}

/** `2026-11-22`; nothing for never. */
function day(date: Date | null): string | null {
  return date ? date.toISOString().slice(0, 10) : null;
}
