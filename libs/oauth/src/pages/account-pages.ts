import { Inject, Injectable } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { type Actor, SignInService, type User, UsersService } from '#libs/accounts';
import { APP_CONFIG, type AppConfig } from '#libs/config';
import { AppError } from '#libs/errors';
import { AccountTabs, leaveWithNotice, PageRenderer, takeNotice } from '#libs/pages';

/** What the pages of a signed-in person have in common: who it is, the tabs, and a word after a change. */
@Injectable()
export class AccountPages {
  constructor(
    private readonly signIn: SignInService,
    private readonly users: UsersService,
    private readonly pages: PageRenderer,
    private readonly tabs: AccountTabs,
    @Inject(APP_CONFIG) private readonly config: AppConfig,
  ) {
    tabs.add(
      { path: '/account', label: 'Account', place: 1 },
      { path: '/account/connections', label: 'Assistants', place: 2 },
      { path: '/account/keys', label: 'API keys', place: 4 },
      { path: '/account/password', label: 'Password', place: 5, isShownTo: (user) => this.hasPassword(user) },
    );
  }

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
  async hasPassword(user: Pick<User, 'id'>): Promise<boolean> {
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
    const [path = ''] = request.url.split('?', 1);
    this.pages.send(
      reply,
      template,
      {
        user,
        origin: this.config.issuer,
        csrf: reply.generateCsrf(),
        tabs: await this.tabs.of(user, path),
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
