import { Injectable, type OnModuleInit } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { EntryUses, type EntryUse } from '#libs/catalog';

/** Requests that are not done yet keep the model and the wrapper that they run. */
@Injectable()
export class UnfinishedUse implements EntryUse, OnModuleInit {
  constructor(private readonly uses: EntryUses) {}

  onModuleInit(): void {
    this.uses.register(this);
  }

  async find(manager: EntityManager, entryId: string): Promise<string | null> {
    const [row] = await manager.query<{ unfinished: number }[]>(
      `SELECT count(*)::int AS unfinished FROM inference_requests
       WHERE status IN ('IN_QUEUE', 'IN_PROGRESS') AND (model_id = $1 OR wrapper_id = $1)`,
      [entryId],
    );
    const unfinished = row?.unfinished ?? 0;
    if (unfinished === 0) return null;
    return unfinished === 1
      ? 'a request that is not finished'
      : `${unfinished} requests that are not finished`;
  }
}
