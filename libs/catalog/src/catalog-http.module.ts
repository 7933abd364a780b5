import { Module, type NestModule } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import type { FastifyAdapter } from '@nestjs/platform-fastify';
import { AccountsModule, AdminGuard } from '#libs/accounts';
import { AuditModule } from '#libs/audit';
import { PageRenderer, PagesModule } from '#libs/pages';
import { AdminModelsController } from './admin/admin-models.controller.js';
import { AdminWrappersController } from './admin/admin-wrappers.controller.js';
import { EntryChanges } from './admin/entry-changes.service.js';
import { EntryReads } from './admin/entry-reads.service.js';
import { registerImportRoutes } from './admin/import-route.js';
import { CatalogModule } from './catalog.module.js';
import { CurationPageController } from './curation/curation-page.controller.js';
import { CurationPages } from './curation/curation-pages.service.js';
import { CurationService } from './curation/curation.service.js';
import { RecommendationsController } from './curation/recommendations.controller.js';

/** The HTTP edge of the catalogue: what administrators and curators do with it. */
@Module({
  imports: [CatalogModule, AccountsModule, AuditModule, PagesModule],
  controllers: [
    AdminModelsController,
    AdminWrappersController,
    RecommendationsController,
    CurationPageController,
  ],
  providers: [EntryReads, EntryChanges, CurationService, CurationPages],
})
export class CatalogHttpModule implements NestModule {
  constructor(
    private readonly adapterHost: HttpAdapterHost<FastifyAdapter>,
    private readonly guard: AdminGuard,
    pages: PageRenderer,
  ) {
    pages.addFolder(new URL('./curation/pages/', import.meta.url));
  }

  /** Nest calls this before it registers the routes, which is when Fastify can still be told more about one. */
  configure(): void {
    registerImportRoutes(this.adapterHost.httpAdapter.getInstance(), this.guard, {
      '/admin/models/import': AdminModelsController,
      '/admin/wrappers/import': AdminWrappersController,
    });
  }
}
