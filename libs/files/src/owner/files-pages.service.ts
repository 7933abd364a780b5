import { Injectable } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { type Actor, SignInService, type User } from '#libs/accounts';
import { AppError } from '#libs/errors';
import {
  AccountTabs,
  type FormFields,
  leaveWithNotice,
  PageRenderer,
  takeNotice,
  text,
  uuid,
} from '#libs/pages';
import { fileRow, usageText } from './file-row.js';
import { OwnFilesService } from './own-files.service.js';

const PATH = '/account/files';
const PER_PAGE = 50;
const LAST_PAGE = 10_000;

/** What the page of a person's files shows and does. */
@Injectable()
export class FilesPages {
  constructor(
    private readonly signIn: SignInService,
    private readonly pages: PageRenderer,
    private readonly tabs: AccountTabs,
    private readonly files: OwnFilesService,
  ) {}

  async show(query: FormFields, request: FastifyRequest, reply: FastifyReply): Promise<void> {
    const user = await this.signIn.currentUserOrToLogin(request, reply);
    if (!user) return;
    const page = pageOf(query.page);
    const [{ items, total }, usage] = await Promise.all([
      this.files.list(actorOf(user), { page, limit: PER_PAGE }),
      this.files.usage(actorOf(user)),
    ]);
    const context = {
      user,
      csrf: reply.generateCsrf(),
      tabs: await this.tabs.of(user, PATH),
      notice: takeNotice(request),
      style: 'files.css',
      files: items.map(fileRow),
      usage: usageText(usage),
      page,
      earlier: page > 1 && page - 1,
      later: page * PER_PAGE < total && page + 1,
    };
    this.pages.send(reply, 'files', context);
  }

  async delete(fields: FormFields, request: FastifyRequest, reply: FastifyReply): Promise<void> {
    const user = await this.signIn.currentUser(request);
    if (!user) throw new AppError('csrf');
    const id = uuid(fields.id);
    if (id === undefined) throw new AppError('not_found');
    const name = await this.files.delete(actorOf(user), id, { ip: request.ip });
    const page = pageOf(fields.page);
    leaveWithNotice(request, reply, page > 1 ? `${PATH}?page=${page}` : PATH, `${name} is deleted.`);
  }
}

function pageOf(value: unknown): number {
  const page = Number(text(value) ?? 1);
  return Number.isInteger(page) && page >= 1 && page <= LAST_PAGE ? page : 1;
}

function actorOf({ id, email, role }: User): Actor {
  return { userId: id, email, role, clientId: null };
}
