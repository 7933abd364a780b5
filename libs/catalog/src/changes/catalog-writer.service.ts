import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { Actor } from '#libs/accounts';
import { AuditLog, type AuditEventType } from '#libs/audit';
import { Transactions } from '#libs/database';
import type { EntryKind } from '../catalog.types.js';
import type { ChangeOrigin } from '../entities/catalog-entry-version.entity.js';
import { type BrokenWrapper, namesOf } from '../import/broken-wrappers.js';
import type { CanonicalDefinition } from '../import/canonical-definition.js';
import { writeEntries, type WrittenEntry } from '../import/entry-store.js';
import { CatalogChanges } from './catalog-changes.service.js';

/** Who changes the catalogue, from where, and in whose name. */
export interface ChangeContext {
  /** Address of the caller; null for a command and for the installation itself. */
  ip: string | null;
  /** `release`: what people have edited since is left alone. */
  origin: ChangeOrigin;
  /** Models may change so that wrappers on them do not fit any more. Left out: that is refused. */
  force?: boolean | undefined;
}

/** Every write of the catalogue: one after the other, audited, and told to every process. */
@Injectable()
export class CatalogWriter {
  constructor(
    private readonly transactions: Transactions,
    private readonly changes: CatalogChanges,
    private readonly audit: AuditLog,
  ) {}

  /** Writers of the catalogue follow one another, so that what one has read stays true until it has written. */
  async change<Result>(work: (manager: EntityManager) => Promise<Result>): Promise<Result> {
    const result = await this.transactions.run(async (manager) => {
      await manager.query(`SELECT pg_advisory_xact_lock(hashtext('catalog'))`);
      return work(manager);
    });
    await this.changes.announce();
    return result;
  }

  /**
   * Inside a change: writes definitions, their versions and their records in the audit trail.
   * @param definitions without problems, each endpoint once, none of the other kind
   * @param broken the wrappers that the definitions break, which the records name
   */
  async write(
    manager: EntityManager,
    actor: Actor | null,
    kind: EntryKind,
    definitions: readonly CanonicalDefinition[],
    { ip, origin }: ChangeContext,
    broken: readonly BrokenWrapper[] = [],
  ): Promise<WrittenEntry[]> {
    const userId = actor?.userId ?? null;
    const written = await writeEntries(manager, kind, definitions, { userId, origin });
    const events = written.flatMap(({ outcome, endpoint, version, fields, id }) => {
      if (outcome !== 'created' && outcome !== 'updated') return [];
      const type: AuditEventType = `${kind}.${outcome}`;
      const theirs = broken.filter(({ model }) => model === endpoint);
      const details = {
        ...{ id, endpoint, version },
        ...(outcome === 'updated' && { fields: fields.join(', ') }),
        ...(theirs.length > 0 && { brokenWrappers: namesOf(theirs) }),
      };
      return [
        { type, actorId: userId, ip, details: { ...details, ...(origin === 'release' && { origin }) } },
      ];
    });
    if (events.length > 0) await this.audit.recordAll(events, manager);
    return written;
  }
}
