import {
  Body,
  Controller,
  Delete,
  Get,
  HttpCode,
  Param,
  Patch,
  Post,
  Put,
  Query,
  Req,
  UseGuards,
  UseInterceptors,
} from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { type Actor, AdminGuard, CurrentActor } from '#libs/accounts';
import { type ListPage, PageQuery, RowIdPipe } from '#libs/http';
import { CatalogImporter } from '../catalog-importer.service.js';
import type { ImportReport } from '../import/definitions.js';
import { readDefinitions } from '../import/definition-reader.js';
import { ListEntriesQuery } from './admin-entries.dto.js';
import { EntryChanges } from './entry-changes.service.js';
import { EntryReads } from './entry-reads.service.js';
import { EntryTagInterceptor, IfMatch } from './entry-tag.js';
import type { EntrySummary, EntryView, VersionView } from './entry-view.js';
import { importStream } from './import-route.js';

/** Models with their history, for administrators and curators. Bodies are definitions, checked by the catalogue itself. */
@Controller('admin/models')
@UseGuards(AdminGuard)
@AdminGuard.AlsoCurators()
@UseInterceptors(EntryTagInterceptor)
export class AdminModelsController {
  constructor(
    private readonly reads: EntryReads,
    private readonly changes: EntryChanges,
    private readonly importer: CatalogImporter,
  ) {}

  @Get()
  list(@CurrentActor() actor: Actor, @Query() query: ListEntriesQuery): Promise<ListPage<EntrySummary>> {
    return this.reads.list(actor, 'model', query);
  }

  @Post()
  create(
    @CurrentActor() actor: Actor,
    @Body() body: object,
    @Req() { ip }: FastifyRequest,
  ): Promise<EntryView> {
    return this.changes.create(actor, 'model', body, { ip });
  }

  /** The body is a stream here: a JSON array, an object that has one, or JSON lines. */
  @Post('import')
  @HttpCode(200)
  import(@CurrentActor() actor: Actor, @Req() request: FastifyRequest): Promise<ImportReport> {
    const rows = readDefinitions(importStream(request), 'models');
    return this.importer.importModels(actor, rows, { ip: request.ip, origin: 'operator' });
  }

  @Get(':id')
  read(@CurrentActor() actor: Actor, @Param('id', RowIdPipe) id: string): Promise<EntryView> {
    return this.reads.read(actor, 'model', id);
  }

  @Put(':id')
  replace(
    @CurrentActor() actor: Actor,
    @Param('id', RowIdPipe) id: string,
    @IfMatch() ifMatch: string | undefined,
    @Body() body: object,
    @Req() { ip }: FastifyRequest,
  ): Promise<EntryView> {
    return this.changes.replace(actor, 'model', { id, ifMatch }, body, { ip });
  }

  @Patch(':id')
  patch(
    @CurrentActor() actor: Actor,
    @Param('id', RowIdPipe) id: string,
    @IfMatch() ifMatch: string | undefined,
    @Body() body: object,
    @Req() { ip }: FastifyRequest,
  ): Promise<EntryView> {
    return this.changes.patch(actor, 'model', { id, ifMatch }, body, { ip });
  }

  @Delete(':id')
  @HttpCode(204)
  delete(
    @CurrentActor() actor: Actor,
    @Param('id', RowIdPipe) id: string,
    @IfMatch() ifMatch: string | undefined,
    @Req() { ip }: FastifyRequest,
  ): Promise<void> {
    return this.changes.delete(actor, 'model', { id, ifMatch }, { ip });
  }

  @Get(':id/versions')
  versions(
    @CurrentActor() actor: Actor,
    @Param('id', RowIdPipe) id: string,
    @Query() query: PageQuery,
  ): Promise<ListPage<VersionView>> {
    return this.reads.versions(actor, 'model', id, query);
  }

  @Get(':id/versions/:version')
  version(
    @CurrentActor() actor: Actor,
    @Param('id', RowIdPipe) id: string,
    @Param('version') version: string,
  ): Promise<VersionView> {
    return this.reads.version(actor, 'model', id, version);
  }
}
