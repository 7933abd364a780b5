import { Module } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { type Actor, User } from '#libs/accounts';
import { AuditLog, AuditRecord } from '#libs/audit';
import { loadConfig } from '#libs/config';
import { PreparedQueries, Transactions } from '#libs/database';
import { EventBus, migrateQueueStore } from '#libs/queue';
import { eventually } from '../../../test/support/standalone.js';
import { createTestDatabase } from '../../../test/support/test-database.js';
import { CatalogChanges } from './changes/catalog-changes.service.js';
import { CatalogWriter } from './changes/catalog-writer.service.js';
import { CatalogImporter } from './catalog-importer.service.js';
import { CatalogModule } from './catalog.module.js';
import { CatalogRepository } from './catalog.repository.js';
import { CatalogService } from './catalog.service.js';
import { EndpointLookup } from './endpoint-lookup.service.js';
import { EndpointResolver } from './endpoint-resolver.service.js';
import { catalogEntities } from './entities/catalog-entities.js';
import { KnownEngines } from './import/known-engines.service.js';
import type { ModelDefinition, WrapperDefinition } from './import/definitions.js';
import { CatalogCache } from './reads/catalog-cache.service.js';
import { CatalogSearch } from './search/catalog-search.service.js';
import { PostingsCache } from './search/postings-cache.service.js';
import { QueryLanguage } from './search/query-language.service.js';
import { QueryRanker } from './search/query-ranker.service.js';
import { RankingCache } from './search/ranking-cache.service.js';
import { SearchRepository } from './search/search.repository.js';
import { SchemaCache } from './schema/schema-cache.service.js';

/** One process's services of the catalogue, on a database that is there. */
async function startServices(url: string, options: { hearsChanges?: boolean } = {}) {
  const dataSource = new DataSource({
    type: 'postgres',
    url,
    entities: [...catalogEntities, User, AuditRecord],
    installExtensions: false,
  });
  await dataSource.initialize();
  const bus = new EventBus(loadConfig({ DATABASE_URL: url }));
  if (options.hearsChanges) await bus.onModuleInit();
  const changes = new CatalogChanges(bus);
  const queries = new PreparedQueries(dataSource);
  const repository = new CatalogRepository(queries);
  const searchRepository = new SearchRepository(queries);
  const cache = new CatalogCache(changes);
  const lookup = new EndpointLookup(repository, cache);
  const postings = new PostingsCache(searchRepository);
  const rankings = new RankingCache();
  const ranker = new QueryRanker(searchRepository, postings, new QueryLanguage(searchRepository));
  const search = new CatalogSearch(searchRepository, ranker, rankings);
  const audit = new AuditLog(dataSource.getRepository(AuditRecord));
  const writer = new CatalogWriter(new Transactions(dataSource), changes, audit);
  return {
    writer,
    dataSource,
    url,
    bus,
    changes,
    catalog: new CatalogService(repository, lookup, cache, search),
    /** What searches remember. */
    searchCaches: { postings, rankings },
    lookup,
    resolver: new EndpointResolver(lookup, new SchemaCache()),
    importer: new CatalogImporter(writer, anyEngine(new KnownEngines())),
    async stop() {
      cache.onApplicationShutdown();
      await bus.onApplicationShutdown();
      await dataSource.destroy();
    },
  };
}

export type CatalogProcess = Awaited<ReturnType<typeof startServices>>;

/** The catalogue's services on a real database of their own. Without events, so nothing is remembered. */
export async function startCatalog() {
  const database = await createTestDatabase();
  const services = await startServices(database.url);
  return {
    ...services,
    newActor: (email: string) => newActor(services.dataSource, email),
    async stop() {
      await services.stop();
      await database.drop();
    },
  };
}

/** Several processes on one database that hear of each other's changes. */
export async function startReplicas(count: number) {
  const database = await createTestDatabase();
  await migrateQueueStore(loadConfig({ DATABASE_URL: database.url }));
  const starting = Array.from({ length: count }, () => startServices(database.url, { hearsChanges: true }));
  const replicas = await Promise.all(starting);
  await eventually(() => replicas.every(({ bus }) => bus.isReady), 10_000);
  return {
    url: database.url,
    replicas,
    newActor: (email: string) => newActor((replicas[0] as CatalogProcess).dataSource, email),
    async stop() {
      await Promise.all(replicas.map((replica) => replica.stop()));
      await database.drop();
    },
  };
}

/** For tests that run nothing: `local` as an engine that takes any settings. */
function anyEngine(engines: KnownEngines): KnownEngines {
  engines.register([{ name: 'local', settingsSchema: { type: 'object' } }]);
  return engines;
}

/** The same for a whole application, beside its `CatalogHttpModule`. */
@Module({ imports: [CatalogModule] })
export class AnyEngineModule {
  constructor(engines: KnownEngines) {
    anyEngine(engines);
  }
}

/** A real user, since entries refer to their owner. */
async function newActor(dataSource: DataSource, email: string): Promise<Actor> {
  const { id } = await dataSource
    .getRepository(User)
    .save({ email, passwordHash: 'none', role: 'user' as const });
  return { userId: id, email, role: 'user', clientId: null };
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
    engineSettings: { model: 'upscale' },
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
