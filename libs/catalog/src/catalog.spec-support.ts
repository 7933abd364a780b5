import { DataSource } from 'typeorm';
import { type Actor, User } from '#libs/accounts';
import { AuditLog, AuditRecord } from '#libs/audit';
import { loadConfig } from '#libs/config';
import { PreparedQueries, Transactions } from '#libs/database';
import { EventBus } from '#libs/queue';
import { createTestDatabase } from '../../../test/support/test-database.js';
import { CatalogChanges } from './changes/catalog-changes.service.js';
import { CatalogWriter } from './changes/catalog-writer.service.js';
import { CatalogImporter } from './catalog-importer.service.js';
import { CatalogRepository } from './catalog.repository.js';
import { CatalogService } from './catalog.service.js';
import { EndpointLookup } from './endpoint-lookup.service.js';
import { EndpointResolver } from './endpoint-resolver.service.js';
import { catalogEntities } from './entities/catalog-entities.js';
import type { ModelDefinition, WrapperDefinition } from './import/definitions.js';
import { SchemaCache } from './schema/schema-cache.service.js';

/** The catalogue's services on a real database of their own. */
export async function startCatalog() {
  const database = await createTestDatabase();
  const dataSource = new DataSource({
    type: 'postgres',
    url: database.url,
    entities: [...catalogEntities, User, AuditRecord],
    installExtensions: false,
  });
  await dataSource.initialize();
  const repository = new CatalogRepository(new PreparedQueries(dataSource));
  const lookup = new EndpointLookup(repository);
  const changes = new CatalogChanges(new EventBus(loadConfig({ DATABASE_URL: database.url })));
  const audit = new AuditLog(dataSource.getRepository(AuditRecord));
  const writer = new CatalogWriter(new Transactions(dataSource), changes, audit);
  return {
    dataSource,
    writer,
    catalog: new CatalogService(repository, lookup),
    resolver: new EndpointResolver(lookup, new SchemaCache()),
    importer: new CatalogImporter(writer),
    /** A real user, since entries refer to their owner. */
    async newActor(email: string): Promise<Actor> {
      const { id } = await dataSource
        .getRepository(User)
        .save({ email, passwordHash: 'none', role: 'user' as const });
      return { userId: id, email, role: 'user', clientId: null };
    },
    async stop() {
      await dataSource.destroy();
      await database.drop();
    },
  };
}

const picture = { type: 'string', format: 'uri', contentMediaType: 'image/*', description: 'Picture.' };

/** A model definition that imports, with whatever a test needs otherwise. */
export function aModel(alias: string, other: Partial<ModelDefinition> = {}): ModelDefinition {
  return {
    alias,
    name: `The ${alias} model`,
    category: 'image',
    task: 'image-to-image',
    summary: `Summary of ${alias}.`,
    description: `Description of ${alias}.`,
    inputSchema: {
      type: 'object',
      properties: {
        image: picture,
        prompt: { type: 'string', maxLength: 40 },
        scale: { type: 'integer', minimum: 1, maximum: 4, default: 2 },
      },
      required: ['image'],
      additionalProperties: false,
    },
    outputSchema: { type: 'object', properties: { image: picture }, required: ['image'] },
    price: { unit: 'request', amountUsd: '0.004' },
    typicalSeconds: 1.5,
    engine: 'local',
    engineSettings: { model: alias },
    ...other,
  };
}

/** A wrapper definition over `modelrunner/one` that imports, with whatever a test needs otherwise. */
export function aWrapper(alias: string, other: Partial<WrapperDefinition> = {}): WrapperDefinition {
  return {
    alias,
    name: `The ${alias} wrapper`,
    category: 'image',
    task: 'image-to-image',
    summary: `Summary of ${alias}.`,
    description: `Description of ${alias}.`,
    inputSchema: {
      type: 'object',
      properties: {
        photo: picture,
        subject: { type: 'string', default: 'a cat' },
        look: { enum: ['small', 'large'], default: 'small' },
      },
      required: ['photo'],
    },
    promptTemplate: 'A picture of {{subject}}{{#if (eq look "large")}}, large{{/if}}, {{constants.ending}}',
    templateContext: { constants: { ending: 'please' } },
    baseModels: [
      {
        model: 'modelrunner/one',
        fieldMappings: {
          presets: { look: { small: { scale: 1 }, large: { scale: 4 } } },
          renames: { photo: 'image' },
          omit: ['subject'],
        },
      },
    ],
    ...other,
  };
}
