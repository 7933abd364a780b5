import { Module } from '@nestjs/common';
import { AccountTabs } from './account-tabs.js';
import { AssetsController } from './assets.controller.js';
import { PageRenderer } from './page-renderer.js';

/** The frame of the pages for people, its stylesheet, and how a page is sent. */
@Module({
  controllers: [AssetsController],
  providers: [PageRenderer, AccountTabs],
  exports: [PageRenderer, AccountTabs],
})
export class PagesModule {}
