import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { Repository } from 'typeorm';
import type { CheckReport } from './check-report.js';
import { type CheckOutcome, StorageCheck } from './storage-check.entity.js';

/** So many results are kept. */
const KEPT = 100;
/** The two numbers of the advisory lock that whoever checks holds. */
const LOCK = [1_795_381_200, 45];

/** The checks that were made, and that only one is made at a time. */
@Injectable()
export class StorageChecksRepository {
  constructor(@InjectRepository(StorageCheck) private readonly checks: Repository<StorageCheck>) {}

  /**
   * Runs the work while no other process does. The lock goes with its connection when this process dies.
   * @returns null when another one is at it
   */
  async alone<Result>(work: () => Promise<Result>): Promise<Result | null> {
    const connection = this.checks.manager.connection.createQueryRunner();
    try {
      const [row] = (await connection.query('SELECT pg_try_advisory_lock($1, $2) AS held', LOCK)) as {
        held: boolean;
      }[];
      if (!row?.held) return null;
      try {
        return await work();
      } finally {
        await connection.query('SELECT pg_advisory_unlock($1, $2)', LOCK);
      }
    } finally {
      await connection.release();
    }
  }

  /** To be called alone: what still says to run has died. */
  async begin(): Promise<string> {
    await this.checks.update({ outcome: 'RUNNING' }, { outcome: 'FAILED', finishedAt: new Date() });
    const { identifiers } = await this.checks.insert({});
    await this.checks.query(
      'DELETE FROM storage_checks WHERE id <= (SELECT id FROM storage_checks ORDER BY id DESC OFFSET $1 LIMIT 1)',
      [KEPT],
    );
    return (identifiers[0] as { id: string }).id;
  }

  async end(id: string, outcome: CheckOutcome, report: CheckReport): Promise<StorageCheck> {
    await this.checks.update({ id }, { outcome, report, finishedAt: new Date() });
    return this.checks.findOneByOrFail({ id });
  }

  /** The newest first. */
  latest(limit: number): Promise<StorageCheck[]> {
    return this.checks.find({ order: { id: 'DESC' }, take: limit });
  }
}
