import { Inject, Injectable } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { type Actor, SignInService, type User, UsersService } from '#libs/accounts';
import { APP_CONFIG, type AppConfig } from '#libs/config';
import { AppError } from '#libs/errors';
import { leaveWithNotice, PageRenderer, takeNotice } from '#libs/pages';

const TABS = [
  { path: '/account', label: 'Account' },
  { path: '/account/connections', label: 'Assistants' },
  { path: '/account/keys', label: 'API keys' },
];

const PASSWORD_TAB = { path: '/account/password', label: 'Password' };

/** What the pages of a signed-in person have in common: who it is, the tabs, and a word after a change. */
@Injectable()
export class AccountPages {
  constructor(
    private readonly signIn: SignInService,
    private readonly users: UsersService,
    private readonly pages: PageRenderer,
    @Inject(APP_CONFIG) private readonly config: AppConfig,
  ) {}

  /** Who is signed in. Everybody else is sent to sign in and come back, and the answer is null. */
  signedInOrToLogin(request: FastifyRequest, reply: FastifyReply): Promise<User | null> {
    return this.signIn.currentUserOrToLogin(request, reply);
  }

  /** For forms. @throws AppError `csrf` when nobody is signed in any more */
  async requireUser(request: FastifyRequest): Promise<User> {
    const user = await this.signIn.currentUser(request);
    if (!user) throw new AppError('csrf');
    return user;
  }

  /** Whether there is a password to change. */
  async hasPassword(user: User): Promise<boolean> {
    return this.config.LOCAL_PASSWORDS && (await this.users.hasPassword(user));
  }

  async send(
    request: FastifyRequest,
    reply: FastifyReply,
    user: User,
    template: string,
    context: object = {},
    status = 200,
  ): Promise<void> {
    const [path] = request.url.split('?', 1);
    const tabs = [...TABS, ...((await this.hasPassword(user)) ? [PASSWORD_TAB] : [])];
    this.pages.send(
      reply,
      template,
      {
        user,
        csrf: reply.generateCsrf(),
        tabs: tabs.map((tab) => ({ ...tab, current: tab.path === path })),
        notice: takeNotice(request),
        ...context,
      },
      { status },
    );
  }

  /** After a change: to the page that then says what happened, and that can be loaded again without doing it twice. */
  leave(request: FastifyRequest, reply: FastifyReply, path: string, notice: string): void {
    leaveWithNotice(request, reply, path, notice);
  }
}

export function actorOf(user: User): Actor {
  return { userId: user.id, email: user.email, role: user.role, clientId: null };
}
