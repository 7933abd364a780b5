import { Inject, Injectable } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { type Actor, SignInService, type User } from '#libs/accounts';
import { APP_CONFIG, type AppConfig } from '#libs/config';
import { AppError } from '#libs/errors';
import {
  AccountTabs,
  type FormFields,
  leaveWithNotice,
  PageRenderer,
  takeNotice,
  text,
  texts,
  uuid,
} from '#libs/pages';
import { formatBytes } from '../content/byte-size.js';
import { fileRow, usageText } from './file-row.js';
import type { OwnFileView } from './own-files.dto.js';
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
    @Inject(APP_CONFIG) private readonly config: AppConfig,
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
      script: 'files.js',
      mostBytes: this.config.MAX_FILE_BYTES,
      most: formatBytes(this.config.MAX_FILE_BYTES),
      days: this.config.FILE_TTL_DAYS,
      arrived: arrivedRows(items, query.new),
      files: items.map(fileRow),
      usage: usageText(usage),
      page,
      earlier: page > 1 && page - 1,
      later: page * PER_PAGE < total && page + 1,
    };
    this.pages.send(reply, 'files', context, { fetches: true });
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

/** What was uploaded just now: the page's script names it in the address. */
function arrivedRows(files: OwnFileView[], ids: unknown) {
  const arrived = new Set(texts(ids));
  return files.filter(({ id }) => arrived.has(id)).map(fileRow);
}

function pageOf(value: unknown): number {
  const page = Number(text(value) ?? 1);
  return Number.isInteger(page) && page >= 1 && page <= LAST_PAGE ? page : 1;
}

function actorOf({ id, email, role }: User): Actor {
  return { userId: id, email, role, clientId: null };
}
