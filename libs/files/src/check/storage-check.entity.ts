import { Check, Column, CreateDateColumn, Entity, PrimaryGeneratedColumn } from 'typeorm';
import type { CheckReport } from './check-report.js';

/**
 * `CLEAN`: nothing was found. `FOUND`: it was looked only. `REPAIRED`: all that was found is put right. `HELD`: more
 * was found than is put right without being told to. `FAILED`: it did not come to an end.
 */
export type CheckOutcome = 'RUNNING' | 'CLEAN' | 'FOUND' | 'REPAIRED' | 'HELD' | 'FAILED';

/** One comparison of the database with the storage. */
@Entity('storage_checks')
@Check(
  'ck_storage_checks_outcome',
  `"outcome" IN ('RUNNING', 'CLEAN', 'FOUND', 'REPAIRED', 'HELD', 'FAILED')`,
)
export class StorageCheck {
  @PrimaryGeneratedColumn('identity', {
    type: 'bigint',
    generatedIdentity: 'ALWAYS',
    primaryKeyConstraintName: 'pk_storage_checks',
  })
  id!: string;

  @CreateDateColumn({ type: 'timestamptz', name: 'started_at', default: () => 'now()' })
  startedAt!: Date;

  @Column('timestamptz', { name: 'finished_at', nullable: true })
  finishedAt!: Date | null;

  @Column('text', { name: 'outcome', default: 'RUNNING' })
  outcome!: CheckOutcome;

  @Column('jsonb', { name: 'report', default: {} })
  report!: CheckReport;
}
