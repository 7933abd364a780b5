import { Module } from '@nestjs/common';
import { AccountsModule } from '#libs/accounts';
import { PagesModule } from '#libs/pages';
import { AdminApi } from './admin-api.service.js';
import { AdminApiController } from './admin-api.controller.js';

/** The description of the admin REST, of whatever libs the api is made of. */
@Module({
  imports: [AccountsModule, PagesModule],
  controllers: [AdminApiController],
  providers: [AdminApi],
  exports: [AdminApi],
})
export class OpenApiModule {}
