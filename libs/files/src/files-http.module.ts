import { Module } from '@nestjs/common';
import { AccountsModule } from '#libs/accounts';
import { FilesModule } from './files.module.js';
import { MediaController } from './media/media.controller.js';
import { PartStore } from './upload/part-store.service.js';
import { UploadReceiver } from './upload/upload-receiver.service.js';
import { UploadController } from './upload/upload.controller.js';

/** The files' HTTP edge. The application also calls `registerUploadRoutes`. */
@Module({
  imports: [FilesModule, AccountsModule],
  controllers: [MediaController, UploadController],
  providers: [PartStore, UploadReceiver],
})
export class FilesHttpModule {}
