import type { AppConfig } from '#libs/config';
import { migrateQueueStore } from '#libs/queue';
import { createMigrationDataSource } from './data-source.js';

/**
 * Brings the schema up to date: ours, and BullMQ's when the queue stands on PostgreSQL.
 * @returns the names of the migrations that were applied now
 */
export async function runMigrations(config: AppConfig & { DATABASE_URL: string }): Promise<string[]> {
  const dataSource = createMigrationDataSource(config.DATABASE_URL);
  await dataSource.initialize();
  try {
    const applied = await dataSource.runMigrations();
    await migrateQueueStore(config);
    return applied.map(({ name }) => name);
  } finally {
    await dataSource.destroy();
  }
}
