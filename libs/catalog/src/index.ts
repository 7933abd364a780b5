export { CatalogHttpModule } from './catalog-http.module.js';
export { CatalogImporter } from './catalog-importer.service.js';
export { CatalogModule } from './catalog.module.js';
export { CatalogService } from './catalog.service.js';
export type { EntryKind, JsonSchema, Page, Price } from './catalog.types.js';
export { EndpointResolver, type ResolvedEndpoint } from './endpoint-resolver.service.js';
export type { RecommendationList, WrapperDefinition } from './import/definitions.js';
export { validateAgainst } from './schema/compiled-schema.js';
export { collectFileUrls } from './schema/file-urls.js';
