import { Inject, Injectable } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { type Actor, SignInService, type User } from '#libs/accounts';
import { APP_CONFIG, type AppConfig } from '#libs/config';
import { AppError, HTTP_STATUS } from '#libs/errors';
import { type FormFields, leaveWithNotice, PageRenderer, takeNotice, text } from '#libs/pages';
import { applyAction, type Draft, readAction, readDraft } from './curation-draft.js';
import {
  changedView,
  conflictSentence,
  contentOf,
  differences,
  entryView,
  listLinks,
  pagePath,
  previewOf,
  refusalSentence,
  rowViews,
} from './curation-page.view.js';
import { CurationService } from './curation.service.js';
import { isNoChange, listChange } from './list-change.js';
import { type ListName, parseListName } from './list-name.js';
import { MAX_NOTE, MAX_RECOMMENDED } from './recommendation-rules.js';

/** What the page shows beside the draft. */
interface Showing {
  /** What is searched for; undefined: no search is shown. */
  search?: string | undefined;
  /** Why the draft was not saved. */
  refusal?: AppError;
}

/**
 * The page on which curators keep the lists. The form carries the whole draft, so that each button works without a
 * script; nothing is stored before it is saved.
 */
@Injectable()
export class CurationPages {
  constructor(
    private readonly curation: CurationService,
    private readonly signIn: SignInService,
    private readonly pages: PageRenderer,
    @Inject(APP_CONFIG) private readonly config: AppConfig,
  ) {}

  /** The page of the list that the query names. */
  async show(query: FormFields, request: FastifyRequest, reply: FastifyReply): Promise<void> {
    const actor = await this.curatorOr(request, reply);
    if (!actor) return;
    const list = listOf(query);
    const { etag, items } = await this.curation.read(actor, list);
    await this.send(request, reply, actor, list, { etag, items }, {});
  }

  /** A button of the form. */
  async submit(
    query: FormFields,
    fields: FormFields,
    request: FastifyRequest,
    reply: FastifyReply,
  ): Promise<void> {
    const actor = await this.curatorOr(request, reply);
    if (!actor) return;
    const list = listOf(query);
    const action = readAction(fields);
    const draft = readDraft(fields);
    if (action.name === 'save') return this.save(request, reply, actor, list, draft, draft.etag);
    if (action.name === 'keep')
      return this.save(request, reply, actor, list, draft, text(fields.theirs) ?? '');
    const items = applyAction(action, draft.items);
    const search = action.name === 'search' || action.name === 'add' ? text(fields.search) : undefined;
    await this.send(request, reply, actor, list, { ...draft, items }, { search });
  }

  private async save(
    request: FastifyRequest,
    reply: FastifyReply,
    actor: Actor,
    list: ListName,
    draft: Draft,
    etag: string,
  ): Promise<void> {
    try {
      await this.curation.replace(actor, list, draft.items, etag, { ip: request.ip });
    } catch (refusal) {
      if (!(refusal instanceof AppError)) throw refusal;
      if (refusal.code === 'precondition_failed' && (await this.isSaved(actor, list, draft)))
        return leaveWithNotice(request, reply, pagePath(list), 'The list was saved just so already.');
      return this.send(request, reply, actor, list, draft, { refusal });
    }
    leaveWithNotice(request, reply, pagePath(list), 'Saved. Assistants get the new list from now on.');
  }

  /** From elsewhere, or by a request whose answer got lost. */
  private async isSaved(actor: Actor, list: ListName, draft: Draft): Promise<boolean> {
    const { items } = await this.curation.read(actor, list);
    return isNoChange(listChange(items, draft.items));
  }

  private async send(
    request: FastifyRequest,
    reply: FastifyReply,
    actor: Actor,
    list: ListName,
    draft: Draft,
    { search, refusal }: Showing,
  ): Promise<void> {
    const [current, entries, overview, results] = await Promise.all([
      this.curation.read(actor, list),
      this.curation.describe(
        actor,
        draft.items.map(({ endpoint }) => endpoint),
      ),
      this.curation.overview(actor),
      search === undefined ? undefined : this.curation.candidates(actor, list, search),
    ]);
    const isConflict = refusal?.code === 'precondition_failed';
    const { issuer } = this.config;
    const inDraft = new Set(draft.items.map(({ endpoint }) => endpoint));
    const page = {
      user: actor,
      csrf: reply.generateCsrf(),
      notice: takeNotice(request),
      script: 'curation.js',
      style: 'curation.css',
      ...listLinks(list, overview),
      noun: list.kind,
      category: list.category,
      action: pagePath(list),
      candidates: `/admin/recommendations/${list.kind}s/${list.category}/candidates`,
      origin: new URL(issuer).origin,
      tool: `recommended_${list.kind}s`,
      mostEntries: MAX_RECOMMENDED,
      mostCharacters: MAX_NOTE,
      etag: draft.etag,
      saved: contentOf(current.items),
      unsaved: !isNoChange(listChange(current.items, draft.items)),
      changed: changedView(current),
      rows: rowViews(draft, entries, refusal?.details.validationErrors ?? [], issuer),
      search,
      results: results?.map((entry) => ({
        ...entryView(entry, issuer),
        inList: inDraft.has(entry.endpoint),
      })),
      preview: previewOf(list, draft, entries),
      conflict: isConflict && {
        message: conflictSentence(refusal),
        theirs: current.etag,
        differences: differences(current, draft),
      },
      refusal: refusal && !isConflict && refusalSentence(refusal),
    };
    const status = refusal ? HTTP_STATUS[refusal.kind] : 200;
    this.pages.send(reply, 'curation', page, { status, fetches: true });
  }

  /** Who may curate. Others are sent to sign in, or told that this is not for them, and the answer is null. */
  private async curatorOr(request: FastifyRequest, reply: FastifyReply): Promise<Actor | null> {
    const user = await this.signIn.currentUserOrToLogin(request, reply);
    if (!user) return null;
    if (user.role !== 'user') return actorOf(user);
    this.pages.send(reply, 'curators-only', { user }, { status: 403 });
    return null;
  }
}

const actorOf = ({ id, email, role }: User): Actor => ({ userId: id, email, role, clientId: null });

/** The list that the address names; the models for pictures when it names none. */
const listOf = ({ kind = 'models', category = 'image' }: FormFields): ListName =>
  parseListName(text(kind) ?? '', text(category) ?? '');
