import { Body, Controller, Get, Post, Query, Req, Res, UseFilters, UseGuards } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { CsrfGuard } from '#libs/accounts';
import { type FormFields, PageErrorFilter } from '#libs/pages';
import { FilesPages } from './files-pages.service.js';

/** A signed-in person's files. */
@Controller('account/files')
@UseFilters(PageErrorFilter)
export class FilesPageController {
  constructor(private readonly pages: FilesPages) {}

  @Get()
  show(
    @Query() query: FormFields,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    return this.pages.show(query, request, reply);
  }

  @Post()
  @UseGuards(CsrfGuard)
  delete(
    @Body() fields: FormFields,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    return this.pages.delete(fields, request, reply);
  }
}
