import { Controller, Get, Inject, Req, Res, UseFilters } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { SignInService } from '#libs/accounts';
import { APP_CONFIG, type AppConfig } from '#libs/config';
import { PageErrorFilter, PageRenderer } from '#libs/pages';
import { connectGuide } from './connect-guide.js';

/** The front page: what this server is, and how to connect an assistant to it. */
@Controller()
@UseFilters(PageErrorFilter)
export class HomeController {
  constructor(
    private readonly pages: PageRenderer,
    private readonly signIn: SignInService,
    @Inject(APP_CONFIG) private readonly config: AppConfig,
  ) {}

  @Get()
  async home(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const user = await this.signIn.currentUser(request);
    const { mcpResource, secure } = this.config;
    this.pages.send(reply, 'home', {
      user,
      mcpResource,
      clients: connectGuide(mcpResource, secure),
      script: 'copy.js',
    });
  }
}
