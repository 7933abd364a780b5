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
import { ApiRoute, type ListPage, PageQuery, RowIdPipe } from '#libs/http';
import { CatalogImporter } from '../catalog-importer.service.js';
import type { ImportReport } from '../import/definitions.js';
import { readDefinitions } from '../import/definition-reader.js';
import { ChangeModelsQuery, ListEntriesQuery } from './admin-entries.dto.js';
import { EntryChanges } from './entry-changes.service.js';
import { EntryReads } from './entry-reads.service.js';
import { EntryTagInterceptor, IfMatch } from './entry-tag.js';
import { MODEL_SCHEMAS as described } from './entry.schemas.js';
import type { EntrySummary, EntryView, VersionDetailView, VersionView } from './entry-view.js';
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
  @ApiRoute({ summary: 'List models, by endpoint', answer: described.list })
  list(@CurrentActor() actor: Actor, @Query() query: ListEntriesQuery): Promise<ListPage<EntrySummary>> {
    return this.reads.list(actor, 'model', query);
  }

  @Post()
  @ApiRoute({
    summary: 'Create a model',
    description: 'Whoever creates it owns it.',
    body: { schema: described.body },
    answer: described.entry,
    entityTag: 'answered',
    refusals: { 409: 'The endpoint is taken.' },
  })
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
  @ApiRoute({
    summary: 'Import many models',
    description:
      'Also JSON lines, as `application/x-ndjson`. Idempotent by endpoint, and all or nothing: with a bad row nothing is written, and every problem of every row is named by its index. At most 10,000 rows and 128 MiB.',
    body: { schema: described.import },
    answer: described.report,
    refusals: {
      409: 'Wrappers on the models would not fit any more; each is named. `force` does it anyway.',
      413: 'It is too large.',
    },
  })
  import(
    @CurrentActor() actor: Actor,
    @Query() { force }: ChangeModelsQuery,
    @Req() request: FastifyRequest,
  ): Promise<ImportReport> {
    const rows = readDefinitions(importStream(request), 'models');
    return this.importer.importModels(actor, rows, {
      ip: request.ip,
      origin: 'operator',
      force: force === 'true',
    });
  }

  @Get(':id')
  @ApiRoute({ summary: 'Read a model', answer: described.entry, entityTag: 'answered' })
  read(@CurrentActor() actor: Actor, @Param('id', RowIdPipe) id: string): Promise<EntryView> {
    return this.reads.read(actor, 'model', id);
  }

  @Put(':id')
  @ApiRoute({
    summary: 'Replace a model by a whole definition',
    description: 'One that changes nothing makes no new version. The endpoint cannot be changed.',
    body: { schema: described.body },
    answer: described.entry,
    entityTag: 'accepted',
    refusals: { 409: 'Wrappers on it would not fit any more; each is named. `force` does it anyway.' },
  })
  replace(
    @CurrentActor() actor: Actor,
    @Param('id', RowIdPipe) id: string,
    @IfMatch() ifMatch: string | undefined,
    @Query() { force }: ChangeModelsQuery,
    @Body() body: object,
    @Req() { ip }: FastifyRequest,
  ): Promise<EntryView> {
    return this.changes.replace(actor, 'model', { id, ifMatch }, body, { ip, force: force === 'true' });
  }

  @Patch(':id')
  @ApiRoute({
    summary: 'Change single fields of a model',
    description: 'Each is replaced whole; null takes an optional one away.',
    body: { schema: described.patch },
    answer: described.entry,
    entityTag: 'accepted',
    refusals: { 409: 'Wrappers on it would not fit any more; each is named. `force` does it anyway.' },
  })
  patch(
    @CurrentActor() actor: Actor,
    @Param('id', RowIdPipe) id: string,
    @IfMatch() ifMatch: string | undefined,
    @Query() { force }: ChangeModelsQuery,
    @Body() body: object,
    @Req() { ip }: FastifyRequest,
  ): Promise<EntryView> {
    return this.changes.patch(actor, 'model', { id, ifMatch }, body, { ip, force: force === 'true' });
  }

  @Delete(':id')
  @HttpCode(204)
  @ApiRoute({
    summary: 'Delete a model with its history',
    description: 'Also from the curated lists. Finished requests keep what they were.',
    entityTag: 'accepted',
    refusals: { 409: 'Wrappers run on it, or requests with it are not finished.' },
  })
  delete(
    @CurrentActor() actor: Actor,
    @Param('id', RowIdPipe) id: string,
    @IfMatch() ifMatch: string | undefined,
    @Req() { ip }: FastifyRequest,
  ): Promise<void> {
    return this.changes.delete(actor, 'model', { id, ifMatch }, { ip });
  }

  @Get(':id/versions')
  @ApiRoute({ summary: 'List the versions of a model, the newest first', answer: described.versions })
  versions(
    @CurrentActor() actor: Actor,
    @Param('id', RowIdPipe) id: string,
    @Query() query: PageQuery,
  ): Promise<ListPage<VersionView>> {
    return this.reads.versions(actor, 'model', id, query);
  }

  @Get(':id/versions/:version')
  @ApiRoute({ summary: 'Read a version of a model, whole', answer: described.version })
  version(
    @CurrentActor() actor: Actor,
    @Param('id', RowIdPipe) id: string,
    @Param('version') version: string,
  ): Promise<VersionDetailView> {
    return this.reads.version(actor, 'model', id, version);
  }
}
