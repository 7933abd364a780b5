import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';

/** Another feature's need of models and wrappers. */
export interface EntryUse {
  /** What needs the entry, in words that go on from "is used by"; null when nothing does. */
  find(manager: EntityManager, entryId: string): Promise<string | null>;
}

/**
 * Who still needs a model or a wrapper. Features that stand on the catalogue register themselves here, since the
 * catalogue knows none of them.
 */
@Injectable()
export class EntryUses {
  private readonly uses: EntryUse[] = [];

  register(use: EntryUse): void {
    this.uses.push(use);
  }

  /** @param manager the transaction of the removal, in which the row of the entry is locked */
  async find(manager: EntityManager, entryId: string): Promise<string[]> {
    const found: string[] = [];
    for (const use of this.uses) {
      const users = await use.find(manager, entryId);
      if (users !== null) found.push(users);
    }
    return found;
  }
}
