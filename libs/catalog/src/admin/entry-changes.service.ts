import { isDeepStrictEqual } from 'node:util';
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { Actor } from '#libs/accounts';
import { AuditLog, type RequestContext } from '#libs/audit';
import { AppError, type FieldError } from '#libs/errors';
import type { EntryKind, JsonObject } from '../catalog.types.js';
import { CatalogWriter } from '../changes/catalog-writer.service.js';
import { CatalogEntry } from '../entities/catalog-entry.entity.js';
import { baseModelProblems } from '../import/base-model-check.js';
import { brokenWrappers, refuseBroken } from '../import/broken-wrappers.js';
import {
  type CanonicalDefinition,
  canonicalDefinition,
  withoutReadOnly,
} from '../import/canonical-definition.js';
import { definitionProblems } from '../import/definition-check.js';
import { endpointOf } from '../import/definitions.js';
import { findEntries } from '../import/find-entries.js';
import { KnownEngines } from '../import/known-engines.service.js';
import { isJsonObject } from '../schema/local-ref.js';
import { EntryReads } from './entry-reads.service.js';
import { assertMatches } from './entry-tag.js';
import { EntryUses } from './entry-uses.service.js';
import type { EntryView } from './entry-view.js';
import { wrappersOf } from './wrappers-of-model.js';

/** One entry, and the version of it that the caller knows. */
export interface EntryTarget {
  id: string;
  /** The `If-Match` header. Left out: whatever version stands. */
  ifMatch?: string | undefined;
}

interface EntryContext extends RequestContext {
  /** A model may change so that wrappers on it do not fit any more. Left out: that is refused. */
  force?: boolean | undefined;
}

/**
 * What administrators and curators change about single models and wrappers. The actor owns what is created. A change
 * that changes nothing makes no new version.
 */
@Injectable()
export class EntryChanges {
  constructor(
    private readonly writer: CatalogWriter,
    private readonly reads: EntryReads,
    private readonly uses: EntryUses,
    private readonly audit: AuditLog,
    private readonly engines: KnownEngines,
  ) {}

  /** @throws AppError `invalid_request` with every problem, `conflict` when the endpoint is taken */
  create(actor: Actor, kind: EntryKind, body: unknown, context: RequestContext): Promise<EntryView> {
    const definition = this.checked(kind, body);
    return this.writer.change(async (manager) => {
      const endpoint = endpointOf(definition);
      const taken = (await findEntries(manager, [endpoint])).get(endpoint);
      if (taken) throw new AppError('conflict', `${endpoint} is the endpoint of a ${taken.kind} already.`);
      return this.write(manager, actor, kind, definition, context);
    });
  }

  /**
   * Puts a whole definition in the place of what stands. The endpoint stays: requests and lists know the entry by it.
   * @throws AppError `invalid_request`, `not_found`, `precondition_failed`, `conflict` when wrappers on the model would
   *   not fit it any more
   */
  replace(
    actor: Actor,
    kind: EntryKind,
    target: EntryTarget,
    body: unknown,
    context: EntryContext,
  ): Promise<EntryView> {
    return this.change(actor, kind, target, context, ({ owner }) =>
      isJsonObject(body) ? { owner, ...body } : body,
    );
  }

  /**
   * Puts single fields in the place of those that stand; null takes an optional one away.
   * @throws AppError as {@link replace}
   */
  patch(
    actor: Actor,
    kind: EntryKind,
    target: EntryTarget,
    body: unknown,
    context: EntryContext,
  ): Promise<EntryView> {
    return this.change(actor, kind, target, context, (standing) =>
      isJsonObject(body) ? { ...standing, ...body } : body,
    );
  }

  /**
   * Removes the entry with its history, also from the curated lists. Finished requests keep what they were.
   * @throws AppError `not_found`, `precondition_failed`, `conflict` while wrappers or unfinished requests use it
   */
  async delete(
    actor: Actor,
    kind: EntryKind,
    { id, ifMatch }: EntryTarget,
    { ip }: RequestContext,
  ): Promise<void> {
    await this.writer.change(async (manager) => {
      const entry = await this.reads.read(actor, kind, id, manager);
      assertMatches(ifMatch, entry);
      // Whoever is about to refer to it waits, and finds it gone.
      await manager.query(`SELECT 1 FROM ${kind}s WHERE id = $1 FOR UPDATE`, [id]);
      const users = [...(await wrappersOf(manager, id)), ...(await this.uses.find(manager, id))];
      if (users.length > 0)
        throw new AppError('conflict', `${entry.endpoint} is used by ${users.join(' and by ')}.`);
      await manager.delete(CatalogEntry, { id });
      const details = { id, endpoint: entry.endpoint, version: entry.version };
      await this.audit.record({ type: `${kind}.deleted`, actorId: actor.userId, ip, details }, manager);
    });
  }

  private async change(
    actor: Actor,
    kind: EntryKind,
    { id, ifMatch }: EntryTarget,
    context: EntryContext,
    next: (standing: EntryView) => unknown,
  ): Promise<EntryView> {
    // Read before the lock: what is not there needs no check.
    const found = await this.reads.read(actor, kind, id);
    assertMatches(ifMatch, found);
    return this.writer.change(async (manager) => {
      const standing = await this.reads.read(actor, kind, id, manager);
      assertMatches(ifMatch, standing);
      const definition = this.checked(kind, next(standing), standing);
      return this.write(manager, actor, kind, definition, context);
    });
  }

  /** @param standing the entry whose place it takes */
  private checked(kind: EntryKind, body: unknown, standing?: EntryView): CanonicalDefinition {
    refuse([
      ...definitionProblems(kind, body),
      ...(kind === 'model' ? this.engineProblems(body, standing) : []),
    ]);
    const definition = canonicalDefinition(kind, withoutReadOnly(body as JsonObject));
    if (standing) {
      const moved = (['owner', 'alias'] as const).filter((field) => definition[field] !== standing[field]);
      refuse(moved.map((path) => ({ path, message: `cannot be changed: make another ${kind} instead` })));
    }
    return definition;
  }

  /** What is wrong with the model that stands already is no reason to refuse its withdrawal, or a better text. */
  private engineProblems(body: unknown, standing: EntryView | undefined): FieldError[] {
    if (!isJsonObject(body)) return [];
    const problems = this.engines.problems(body);
    if (problems.length === 0 || !standing || !isSetAlike(body, standing)) return problems;
    const before = this.engines.problems(standing).map(({ message }) => message);
    return problems.filter(({ message }) => !before.includes(message));
  }

  private async write(
    manager: EntityManager,
    actor: Actor,
    kind: EntryKind,
    definition: CanonicalDefinition,
    { ip, force }: EntryContext,
  ): Promise<EntryView> {
    if (kind === 'wrapper') refuse((await baseModelProblems(manager, [definition])).flat());
    const broken = kind === 'model' ? await brokenWrappers(manager, [definition]) : [];
    if (!force) refuseBroken(broken);
    const context = { ip, origin: 'operator' } as const;
    const [written] = await this.writer.write(manager, actor, kind, [definition], context, broken);
    return this.reads.read(actor, kind, written?.id ?? '', manager);
  }
}

const isSetAlike = (one: object, other: object): boolean =>
  (['engine', 'engineSettings'] as const).every((field) =>
    isDeepStrictEqual((one as JsonObject)[field], (other as JsonObject)[field]),
  );

function refuse(validationErrors: FieldError[]): void {
  if (validationErrors.length === 0) return;
  throw new AppError('invalid_request', 'The definition cannot be taken as it is.', { validationErrors });
}
