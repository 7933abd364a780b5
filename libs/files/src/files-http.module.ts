import { Module } from '@nestjs/common';
import { AccountsModule } from '#libs/accounts';
import { AuditModule } from '#libs/audit';
import { AccountTabs, PageRenderer, PagesModule } from '#libs/pages';
import { FilesModule } from './files.module.js';
import { MediaController } from './media/media.controller.js';
import { FilesPageController } from './owner/files-page.controller.js';
import { FilesPages } from './owner/files-pages.service.js';
import { OwnFilesController } from './owner/own-files.controller.js';
import { OwnFilesService } from './owner/own-files.service.js';
import { PartStore } from './upload/part-store.service.js';
import { UploadReceiver } from './upload/upload-receiver.service.js';
import { UploadController } from './upload/upload.controller.js';

/** The files' HTTP edge. The application also calls `registerUploadRoutes`. */
@Module({
  imports: [FilesModule, AccountsModule, AuditModule, PagesModule],
  controllers: [MediaController, UploadController, OwnFilesController, FilesPageController],
  providers: [PartStore, UploadReceiver, OwnFilesService, FilesPages],
})
export class FilesHttpModule {
  constructor(pages: PageRenderer, tabs: AccountTabs) {
    pages.addFolder(new URL('./owner/pages/', import.meta.url));
    tabs.add({ path: '/account/files', label: 'Files', place: 3 });
  }
}
