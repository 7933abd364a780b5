import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { AuditModule } from '#libs/audit';
import { EntryUses } from './admin/entry-uses.service.js';
import { CatalogImporter } from './catalog-importer.service.js';
import { CatalogRepository } from './catalog.repository.js';
import { CatalogChanges } from './changes/catalog-changes.service.js';
import { CatalogWriter } from './changes/catalog-writer.service.js';
import { CatalogService } from './catalog.service.js';
import { EndpointLookup } from './endpoint-lookup.service.js';
import { EndpointResolver } from './endpoint-resolver.service.js';
import { catalogEntities } from './entities/catalog-entities.js';
import { KnownEngines } from './import/known-engines.service.js';
import { CatalogCache } from './reads/catalog-cache.service.js';
import { CatalogSearch } from './search/catalog-search.service.js';
import { PostingsCache } from './search/postings-cache.service.js';
import { QueryLanguage } from './search/query-language.service.js';
import { QueryRanker } from './search/query-ranker.service.js';
import { RankingCache } from './search/ranking-cache.service.js';
import { SearchRepository } from './search/search.repository.js';
import { SchemaCache } from './schema/schema-cache.service.js';

/** Models, wrappers, curated lists and search. */
@Module({
  imports: [TypeOrmModule.forFeature(catalogEntities), AuditModule],
  providers: [
    CatalogRepository,
    CatalogChanges,
    CatalogCache,
    CatalogWriter,
    EndpointLookup,
    SearchRepository,
    QueryLanguage,
    PostingsCache,
    QueryRanker,
    RankingCache,
    CatalogSearch,
    SchemaCache,
    CatalogService,
    EndpointResolver,
    CatalogImporter,
    EntryUses,
    KnownEngines,
  ],
  exports: [CatalogService, EndpointResolver, CatalogImporter, CatalogWriter, EntryUses, KnownEngines],
})
export class CatalogModule {}
