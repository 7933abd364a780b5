import { Controller, Get, Param, Query, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { AppError } from '#libs/errors';
import { PageRenderer } from './page-renderer.js';

/** Stylesheet, script and icon of the pages. An address with the right version never changes its content. */
@Controller('assets')
export class AssetsController {
  constructor(private readonly pages: PageRenderer) {}

  @Get(':name')
  send(
    @Param('name') name: string,
    @Query('v') version: string | undefined,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): void {
    const asset = this.pages.assets.get(name);
    if (!asset) throw new AppError('not_found');
    const etag = `"${asset.version}"`;
    const lifetime =
      version === asset.version ? 'public, max-age=31536000, immutable' : 'public, max-age=300';
    void reply.header('etag', etag).header('cache-control', lifetime).type(asset.contentType);
    if (request.headers['if-none-match'] === etag) void reply.status(304).send();
    else void reply.send(asset.body);
  }
}
