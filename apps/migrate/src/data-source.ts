import { DataSource } from 'typeorm';
import { migrations } from './migrations/index.js';

/**
 * The connection that changes the schema. It knows no entity: migrations are SQL, and each feature registers its own
 * entities where it uses them.
 */
export function createMigrationDataSource(url: string): DataSource {
  return new DataSource({
    type: 'postgres',
    url,
    migrations,
    migrationsTransactionMode: 'each',
    installExtensions: false,
    poolSize: 2,
    connectTimeoutMS: 10_000,
  });
}
