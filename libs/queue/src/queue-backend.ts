import {
  createPostgresBackend,
  runMigrations,
  setDefaultBackendFactory,
  type ConnectionOptions,
} from 'bullmq';
import { Pool } from 'pg';
import type { AppConfig } from '#libs/config';

/** Most PostgreSQL connections of one BullMQ object (queue, worker, events); each opens a pool of its own. */
const POOL_PER_QUEUE_OBJECT = 3;

const isRedis = (config: AppConfig): boolean => config.REDIS_URL !== undefined;

/**
 * BullMQ's `connection` for this configuration. Without `REDIS_URL` it also makes PostgreSQL the process-wide
 * default backend, so that `@nestjs/bullmq` follows without knowing.
 */
export function queueConnection(config: AppConfig): ConnectionOptions {
  if (isRedis(config)) return { url: config.REDIS_URL, maxRetriesPerRequest: null };
  setDefaultBackendFactory(createPostgresBackend);
  return {
    connectionString: config.DATABASE_URL,
    max: POOL_PER_QUEUE_OBJECT,
  };
}

/**
 * Creates BullMQ's own schema. Part of the migrations: against a schema that is missing, workers would loop on
 * the error at full speed. Does nothing when the queue runs on Redis.
 */
export async function migrateQueueStore(config: AppConfig): Promise<void> {
  if (isRedis(config)) return;
  const pool = new Pool({ connectionString: config.DATABASE_URL, max: 1 });
  const client = await pool.connect();
  try {
    await runMigrations(client);
  } finally {
    client.release();
    await pool.end();
  }
}
