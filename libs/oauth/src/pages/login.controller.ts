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
import { AuditLog } from '#libs/audit';
import { APP_CONFIG, type AppConfig } from '#libs/config';
import { AppError } from '#libs/errors';
import { type FormFields, PageErrorFilter, PageRenderer, text } from '#libs/pages';
import { EndpointLimits } from '../endpoint-limits.js';
import { safeReturnPath } from './return-to.js';
import { requireSecureConnection } from './secure-connection.js';
import { signInWays } from './sign-in-ways.js';

/** Sign-in with e-mail and password. Where it leads afterwards is a path of this server, in `return_to`. */
@Controller('login')
@UseFilters(PageErrorFilter)
export class LoginController {
  constructor(
    private readonly users: UsersService,
    private readonly signIn: SignInService,
    private readonly limits: EndpointLimits,
    private readonly audit: AuditLog,
    private readonly pages: PageRenderer,
    @Inject(APP_CONFIG) private readonly config: AppConfig,
  ) {}

  @Get()
  async show(
    @Query() query: FormFields,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const returnTo = safeReturnPath(text(query.return_to), this.config.issuer);
    if (await this.signIn.currentUser(request)) {
      void reply.header('cache-control', 'no-store').redirect(returnTo, 303);
      return;
    }
    // The form makes a session row. A flow that began at the authorization endpoint has one, and was counted there.
    if (request.session.browserId === undefined) await this.limits.signInForm(request.ip);
    this.sendForm(reply, { returnTo });
  }

  @Post()
  @HttpCode(200)
  @UseGuards(CsrfGuard)
  async submit(
    @Body() fields: FormFields,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    if (!this.config.LOCAL_PASSWORDS) {
      throw new AppError('forbidden', 'This server takes no passwords.', {
        nextStep: 'Go back to the sign-in page and continue with the identity provider.',
      });
    }
    requireSecureConnection(this.config, request);
    const email = text(fields.email) ?? '';
    const returnTo = safeReturnPath(text(fields.return_to), this.config.issuer);
    const account = email.trim().toLowerCase().slice(0, 254);
    await this.limits.signIn(request.ip, account);
    const user = await this.users.verifyPassword(email, text(fields.password) ?? '');
    if (!user) {
      await this.recordFailure(request, email);
      this.sendForm(reply, { returnTo, email, problem: new AppError('invalid_credentials').message }, 401);
      return;
    }
    await this.limits.signInSucceeded(request.ip, account);
    await this.signIn.signIn(request, user);
    await this.audit.record({
      type: 'sign_in.succeeded',
      actorId: user.id,
      userId: user.id,
      ip: request.ip,
      details: { method: 'password' },
    });
    void reply.header('cache-control', 'no-store').redirect(returnTo, 303);
  }

  /**
   * Never what was typed: people type passwords into the wrong field. Known and unknown accounts cost the same
   * statements, so that the answer's time tells nothing either.
   */
  private async recordFailure(request: FastifyRequest, email: string): Promise<void> {
    const account = await this.users.findByEmail(email);
    const reason = account ? (account.disabledAt ? 'account_disabled' : 'wrong_password') : 'unknown_account';
    await this.audit.record({
      type: 'sign_in.failed',
      userId: account?.id,
      ip: request.ip,
      details: { method: 'password', reason },
    });
  }

  private sendForm(reply: FastifyReply, context: FormFields & { returnTo: string }, status = 200): void {
    const returnToParameter = encodeURIComponent(context.returnTo);
    const ways = signInWays(this.config);
    const form = { ...context, returnToParameter, ways, csrf: reply.generateCsrf() };
    this.pages.send(reply, 'login', form, { status });
  }
}
