import { Module } from '@nestjs/common';
import { AccountsModule } from '#libs/accounts';
import { AuditModule } from '#libs/audit';
import { PageRenderer, PagesModule } from '#libs/pages';
import { CatalogModule } from './catalog.module.js';
import { CurationPageController } from './curation/curation-page.controller.js';
import { CurationPages } from './curation/curation-pages.service.js';
import { CurationService } from './curation/curation.service.js';
import { RecommendationsController } from './curation/recommendations.controller.js';

/** The catalogue's HTTP edge: its administration. */
@Module({
  imports: [CatalogModule, AccountsModule, AuditModule, PagesModule],
  controllers: [RecommendationsController, CurationPageController],
  providers: [CurationService, CurationPages],
})
export class CatalogHttpModule {
  constructor(pages: PageRenderer) {
    pages.addFolder(new URL('./curation/pages/', import.meta.url));
  }
}
