import {
  Body,
  Controller,
  Get,
  HttpCode,
  Inject,
  Post,
  Query,
  Req,
  Res,
  UseFilters,
  UseGuards,
} from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { CsrfGuard, SignInService, UsersService } from '#libs/accounts';
import { APP_CONFIG, type AppConfig } from '#libs/config';
import { AppError } from '#libs/errors';
import { RateLimiter } from '#libs/http';
import { LIMITS } from '../limits.js';
import { PageErrorFilter } from './page-error.filter.js';
import { PageRenderer } from './page-renderer.js';
import { safeReturnPath } from './return-to.js';

type Fields = Record<string, unknown>;

/** Sign-in with e-mail and password. Where it leads afterwards is a path of this server, in `return_to`. */
@Controller('login')
@UseFilters(PageErrorFilter)
export class LoginController {
  constructor(
    private readonly users: UsersService,
    private readonly signIn: SignInService,
    private readonly limiter: RateLimiter,
    private readonly pages: PageRenderer,
    @Inject(APP_CONFIG) private readonly config: AppConfig,
  ) {}

  @Get()
  async show(
    @Query() query: Fields,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const returnTo = safeReturnPath(text(query.return_to), this.config.issuer);
    if (await this.signIn.currentUser(request)) {
      void reply.redirect(returnTo, 303);
      return;
    }
    this.sendForm(reply, { returnTo });
  }

  @Post()
  @HttpCode(200)
  @UseGuards(CsrfGuard)
  async submit(
    @Body() fields: Fields,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    this.requireSecureConnection(request);
    const email = text(fields.email) ?? '';
    const returnTo = safeReturnPath(text(fields.return_to), this.config.issuer);
    const account = email.trim().toLowerCase().slice(0, 254);
    await this.limiter.consume('login-address', request.ip, LIMITS.loginByAddress);
    await this.limiter.consume('login-account', account, LIMITS.loginByAccount);
    const user = await this.users.verifyPassword(email, text(fields.password) ?? '');
    if (!user) {
      this.sendForm(reply, { returnTo, email, problem: new AppError('invalid_credentials').message }, 401);
      return;
    }
    // Not a reset: a valid account must not buy anyone a fresh row of guesses at others.
    await this.limiter.refund('login-address', request.ip, LIMITS.loginByAddress);
    await this.limiter.reset('login-account', account, LIMITS.loginByAccount);
    await this.signIn.signIn(request, user);
    void reply.header('cache-control', 'no-store').redirect(returnTo, 303);
  }

  private sendForm(reply: FastifyReply, context: Fields, status = 200): void {
    this.pages.send(reply, 'login', { ...context, csrf: reply.generateCsrf() }, { status });
  }

  /** A Secure cookie cannot be set on a connection that looks like http, and people would go round in circles. */
  private requireSecureConnection(request: FastifyRequest): void {
    if (!this.config.secure || request.protocol === 'https') return;
    throw new AppError(
      'unavailable',
      'This server is set up for https, but your request reached it over http.',
      {
        nextStep: 'If a proxy ends TLS in front of it, its address must be named in TRUST_PROXY.',
      },
    );
  }
}

/** A field that is there once, and can be stored. */
function text(value: unknown): string | undefined {
  return typeof value === 'string' && !value.includes('\0') ? value : undefined;
}
