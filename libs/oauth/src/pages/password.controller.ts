import { Body, Controller, Get, Post, Req, Res, UseFilters, UseGuards } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { CsrfGuard, SignInService, type User, UsersService } from '#libs/accounts';
import { AppError } from '#libs/errors';
import { type FormFields, PageErrorFilter, text } from '#libs/pages';
import { EndpointLimits } from '../endpoint-limits.js';
import { AccountPages } from './account-pages.js';
import { type PasswordForm, type PasswordProblems, passwordProblems } from './password-form.js';

const CHANGED =
  'Your password is changed. Other browsers are signed out, and your assistants were disconnected: connect them ' +
  'again. API keys still work.';

/** A signed-in person's new password. What the old one led to ends; this browser goes on under a new session id. */
@Controller('account/password')
@UseFilters(PageErrorFilter)
export class PasswordController {
  constructor(
    private readonly account: AccountPages,
    private readonly users: UsersService,
    private readonly signIn: SignInService,
    private readonly limits: EndpointLimits,
  ) {}

  @Get()
  async show(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const user = await this.account.signedInOrToLogin(request, reply);
    if (!user) return;
    await this.requirePassword(user);
    await this.account.send(request, reply, user, 'password');
  }

  @Post()
  @UseGuards(CsrfGuard)
  async change(
    @Body() fields: FormFields,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const user = await this.account.requireUser(request);
    await this.requirePassword(user);
    const form = readForm(fields);
    const problems = passwordProblems(form);
    if (!problems.current) Object.assign(problems, await this.currentPasswordProblem(request, user, form));
    if (Object.keys(problems).length > 0) {
      await this.account.send(request, reply, user, 'password', { problems }, 400);
      return;
    }
    const renewed = await this.users.setPassword(user, form.password, { actorId: user.id, ip: request.ip });
    await this.signIn.signIn(request, renewed);
    this.account.leave(request, reply, '/account/password', CHANGED);
  }

  /** Counted like a sign-in, so that a browser which was left open is no place to guess in. */
  private async currentPasswordProblem(
    request: FastifyRequest,
    user: User,
    { current }: PasswordForm,
  ): Promise<PasswordProblems> {
    await this.limits.signIn(request.ip, user.email);
    if (!(await this.users.verifyPassword(user.email, current)))
      return { current: 'This is not your current password.' };
    await this.limits.signInSucceeded(request.ip, user.email);
    return {};
  }

  private async requirePassword(user: User): Promise<void> {
    if (await this.account.hasPassword(user)) return;
    throw new AppError('not_found', 'Your account has no password on this server.');
  }
}

function readForm(fields: FormFields): PasswordForm {
  return {
    current: text(fields.current_password) ?? '',
    password: text(fields.new_password) ?? '',
    again: text(fields.new_password_again) ?? '',
  };
}
