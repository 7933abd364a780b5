import {
  Body,
  Controller,
  Get,
  HttpCode,
  Post,
  Query,
  Req,
  Res,
  UseFilters,
  UseGuards,
} from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { CsrfGuard } from '#libs/accounts';
import { type FormFields, PageErrorFilter } from '#libs/pages';
import { CurationPages } from './curation-pages.service.js';

/** The curated lists in the browser, for administrators and curators who are signed in there. */
@Controller('admin')
@UseFilters(PageErrorFilter)
export class CurationPageController {
  constructor(private readonly pages: CurationPages) {}

  @Get()
  show(
    @Query() query: FormFields,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    return this.pages.show(query, request, reply);
  }

  @Post()
  @HttpCode(200)
  @UseGuards(CsrfGuard)
  submit(
    @Query() query: FormFields,
    @Body() fields: FormFields,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    return this.pages.submit(query, fields, request, reply);
  }
}
