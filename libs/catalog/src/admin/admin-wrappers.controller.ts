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
import { ListEntriesQuery } from './admin-entries.dto.js';
import { EntryChanges } from './entry-changes.service.js';
import { EntryReads } from './entry-reads.service.js';
import { EntryTagInterceptor, IfMatch } from './entry-tag.js';
import { WRAPPER_SCHEMAS as described } from './entry.schemas.js';
import type { EntrySummary, EntryView, VersionDetailView, VersionView } from './entry-view.js';
import { importStream } from './import-route.js';

/** Wrappers with their history, for administrators and curators. Bodies are definitions, checked by the catalogue itself. */
@Controller('admin/wrappers')
@UseGuards(AdminGuard)
@AdminGuard.AlsoCurators()
@UseInterceptors(EntryTagInterceptor)
export class AdminWrappersController {
  constructor(
    private readonly reads: EntryReads,
    private readonly changes: EntryChanges,
    private readonly importer: CatalogImporter,
  ) {}

  @Get()
  @ApiRoute({ summary: 'List wrappers, by endpoint', answer: described.list })
  list(@CurrentActor() actor: Actor, @Query() query: ListEntriesQuery): Promise<ListPage<EntrySummary>> {
    return this.reads.list(actor, 'wrapper', query);
  }

  @Post()
  @ApiRoute({
    summary: 'Create a wrapper',
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
    return this.changes.create(actor, 'wrapper', body, { ip });
  }

  /** The body is a stream here: a JSON array, an object that has one, or JSON lines. */
  @Post('import')
  @HttpCode(200)
  @ApiRoute({
    summary: 'Import many wrappers',
    description:
      'Also JSON lines, as `application/x-ndjson`. Idempotent by endpoint, and all or nothing: with a bad row nothing is written, and every problem of every row is named by its index. At most 10,000 rows and 128 MiB.',
    body: { schema: described.import },
    answer: described.report,
    refusals: { 413: 'It is too large.' },
  })
  import(@CurrentActor() actor: Actor, @Req() request: FastifyRequest): Promise<ImportReport> {
    const rows = readDefinitions(importStream(request), 'wrappers');
    return this.importer.importWrappers(actor, rows, { ip: request.ip, origin: 'operator' });
  }

  @Get(':id')
  @ApiRoute({ summary: 'Read a wrapper', answer: described.entry, entityTag: 'answered' })
  read(@CurrentActor() actor: Actor, @Param('id', RowIdPipe) id: string): Promise<EntryView> {
    return this.reads.read(actor, 'wrapper', id);
  }

  @Put(':id')
  @ApiRoute({
    summary: 'Replace a wrapper by a whole definition',
    description: 'One that changes nothing makes no new version. The endpoint cannot be changed.',
    body: { schema: described.body },
    answer: described.entry,
    entityTag: 'accepted',
  })
  replace(
    @CurrentActor() actor: Actor,
    @Param('id', RowIdPipe) id: string,
    @IfMatch() ifMatch: string | undefined,
    @Body() body: object,
    @Req() { ip }: FastifyRequest,
  ): Promise<EntryView> {
    return this.changes.replace(actor, 'wrapper', { id, ifMatch }, body, { ip });
  }

  @Patch(':id')
  @ApiRoute({
    summary: 'Change single fields of a wrapper',
    description: 'Each is replaced whole; null takes an optional one away.',
    body: { schema: described.patch },
    answer: described.entry,
    entityTag: 'accepted',
  })
  patch(
    @CurrentActor() actor: Actor,
    @Param('id', RowIdPipe) id: string,
    @IfMatch() ifMatch: string | undefined,
    @Body() body: object,
    @Req() { ip }: FastifyRequest,
  ): Promise<EntryView> {
    return this.changes.patch(actor, 'wrapper', { id, ifMatch }, body, { ip });
  }

  @Delete(':id')
  @HttpCode(204)
  @ApiRoute({
    summary: 'Delete a wrapper with its history',
    description: 'Also from the curated lists. Finished requests keep what they were.',
    entityTag: 'accepted',
    refusals: { 409: 'Requests with it are not finished.' },
  })
  delete(
    @CurrentActor() actor: Actor,
    @Param('id', RowIdPipe) id: string,
    @IfMatch() ifMatch: string | undefined,
    @Req() { ip }: FastifyRequest,
  ): Promise<void> {
    return this.changes.delete(actor, 'wrapper', { id, ifMatch }, { ip });
  }

  @Get(':id/versions')
  @ApiRoute({ summary: 'List the versions of a wrapper, the newest first', answer: described.versions })
  versions(
    @CurrentActor() actor: Actor,
    @Param('id', RowIdPipe) id: string,
    @Query() query: PageQuery,
  ): Promise<ListPage<VersionView>> {
    return this.reads.versions(actor, 'wrapper', id, query);
  }

  @Get(':id/versions/:version')
  @ApiRoute({ summary: 'Read a version of a wrapper, whole', answer: described.version })
  version(
    @CurrentActor() actor: Actor,
    @Param('id', RowIdPipe) id: string,
    @Param('version') version: string,
  ): Promise<VersionDetailView> {
    return this.reads.version(actor, 'wrapper', id, version);
  }
}
