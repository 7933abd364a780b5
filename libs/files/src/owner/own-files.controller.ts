import { Controller, Delete, Get, HttpCode, Param, Query, Req, UseGuards } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { type Actor, ApiKeyGuard, CurrentActor } from '#libs/accounts';
import { type ListPage, PageQuery } from '#libs/http';
import type { OwnFileView, StorageUsageView } from './own-files.dto.js';
import { OwnFilesService } from './own-files.service.js';

/** The caller's stored files. */
@Controller('storage')
@UseGuards(ApiKeyGuard)
export class OwnFilesController {
  constructor(private readonly files: OwnFilesService) {}

  @Get('files')
  list(@CurrentActor() actor: Actor, @Query() query: PageQuery): Promise<ListPage<OwnFileView>> {
    return this.files.list(actor, query);
  }

  @Get('usage')
  usage(@CurrentActor() actor: Actor): Promise<StorageUsageView> {
    return this.files.usage(actor);
  }

  @Delete('files/:idOrKey')
  @HttpCode(204)
  async delete(
    @CurrentActor() actor: Actor,
    @Param('idOrKey') idOrKey: string,
    @Req() { ip }: FastifyRequest,
  ): Promise<void> {
    await this.files.delete(actor, idOrKey, { ip });
  }
}
