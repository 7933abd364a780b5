import { Controller, Get, Post, Req, Res, UseFilters, UseGuards } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { CsrfGuard, SignInService } from '#libs/accounts';
import { PageErrorFilter, PageRenderer } from '#libs/pages';

/** Sign-out: by a form, so that no foreign page can do it with an image. */
@Controller('logout')
@UseFilters(PageErrorFilter)
export class LogoutController {
  constructor(
    private readonly signIn: SignInService,
    private readonly pages: PageRenderer,
  ) {}

  @Get()
  async show(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const user = await this.signIn.currentUser(request);
    if (user) this.pages.send(reply, 'logout', { user, csrf: reply.generateCsrf() });
    else this.pages.send(reply, 'signed-out', {});
  }

  @Post()
  @UseGuards(CsrfGuard)
  async submit(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    await this.signIn.signOut(request, reply);
    void reply.header('cache-control', 'no-store').redirect('/logout', 303);
  }
}
