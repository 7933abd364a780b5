import { Module } from '@nestjs/common';
import { AssetsController } from './assets.controller.js';
import { PageRenderer } from './page-renderer.js';

/** The frame of the pages for people, its stylesheet, and how a page is sent. */
@Module({
  controllers: [AssetsController],
  providers: [PageRenderer],
  exports: [PageRenderer],
})
export class PagesModule {}
