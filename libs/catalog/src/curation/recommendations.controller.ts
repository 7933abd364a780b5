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
import type { CuratedEntry, CuratedList, ListOverview } from './curated-list.js';
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
  async overview(@CurrentActor() actor: Actor): Promise<{ items: ListOverview[] }> {
    return { items: await this.curation.overview(actor) };
  }

  @Get(':kind/:category')
  @UseInterceptors(EtagInterceptor)
  read(
    @CurrentActor() actor: Actor,
    @Param('kind') kind: string,
    @Param('category') category: string,
  ): Promise<CuratedList> {
    return this.curation.read(actor, parseListName(kind, category));
  }

  @Put(':kind/:category')
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
  async candidates(
    @CurrentActor() actor: Actor,
    @Param('kind') kind: string,
    @Param('category') category: string,
    @Query() { search }: CandidatesQuery,
  ): Promise<{ items: CuratedEntry[] }> {
    return { items: await this.curation.candidates(actor, parseListName(kind, category), search) };
  }
}
