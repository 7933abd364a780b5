import {
  Body,
  Controller,
  Get,
  Headers,
  Param,
  Put,
  Query,
  Req,
  UseGuards,
  UseInterceptors,
} from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { type Actor, AdminGuard, CurrentActor } from '#libs/accounts';
import { ApiRoute } from '#libs/http';
import type { CuratedEntry, CuratedList, ListOverview } from './curated-list.js';
import { CANDIDATES_SCHEMA, LIST_SCHEMA, LISTS_SCHEMA } from './curation.schemas.js';
import { CurationService } from './curation.service.js';
import { EtagInterceptor } from './etag.interceptor.js';
import { parseListName } from './list-name.js';
import { CandidatesQuery, ReplaceRecommendationsDto } from './recommendations.dto.js';

/** The curated lists, for administrators and curators. */
@Controller('admin/recommendations')
@UseGuards(AdminGuard)
@AdminGuard.AlsoCurators()
export class RecommendationsController {
  constructor(private readonly curation: CurationService) {}

  @Get()
  @ApiRoute({ summary: 'List the curated lists, without their items', answer: LISTS_SCHEMA })
  async overview(@CurrentActor() actor: Actor): Promise<{ items: ListOverview[] }> {
    return { items: await this.curation.overview(actor) };
  }

  @Get(':kind/:category')
  @ApiRoute({
    summary: 'Read a curated list',
    description: 'Of `models` or `wrappers`, for `image`, `video` or `utility`. Each exists, empty or not.',
    answer: LIST_SCHEMA,
    entityTag: 'answered',
  })
  @UseInterceptors(EtagInterceptor)
  read(
    @CurrentActor() actor: Actor,
    @Param('kind') kind: string,
    @Param('category') category: string,
  ): Promise<CuratedList> {
    return this.curation.read(actor, parseListName(kind, category));
  }

  @Put(':kind/:category')
  @ApiRoute({
    summary: 'Replace a curated list whole',
    description:
      'The endpoints in their order. Sending the same list again changes nothing. Tags are compared strongly.',
    answer: LIST_SCHEMA,
    entityTag: 'required',
  })
  @UseInterceptors(EtagInterceptor)
  replace(
    @CurrentActor() actor: Actor,
    @Param('kind') kind: string,
    @Param('category') category: string,
    @Headers('if-match') ifMatch: string | undefined,
    @Body() { items }: ReplaceRecommendationsDto,
    @Req() { ip }: FastifyRequest,
  ): Promise<CuratedList> {
    return this.curation.replace(actor, parseListName(kind, category), items, ifMatch, { ip });
  }

  @Get(':kind/:category/candidates')
  @ApiRoute({
    summary: 'List entries that could be added to a curated list',
    description: 'The best 20 for `search`; without it those of the list’s category.',
    answer: CANDIDATES_SCHEMA,
  })
  async candidates(
    @CurrentActor() actor: Actor,
    @Param('kind') kind: string,
    @Param('category') category: string,
    @Query() { search }: CandidatesQuery,
  ): Promise<{ items: CuratedEntry[] }> {
    return { items: await this.curation.candidates(actor, parseListName(kind, category), search) };
  }
}
