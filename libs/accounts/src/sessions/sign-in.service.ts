import { randomBytes } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { AuditLog } from '#libs/audit';
import { APP_CONFIG, type AppConfig } from '#libs/config';
import { AppError } from '#libs/errors';
import { User } from '../users/user.entity.js';
import { UsersService } from '../users/users.service.js';
import { requireOwnScript } from './csrf.guard.js';
import { sessionCookieName } from './register-web-session.js';

/** Who is signed in with this browser, and how that begins and ends. For routes that have a web session. */
@Injectable()
export class SignInService {
  constructor(
    private readonly users: UsersService,
    private readonly audit: AuditLog,
    @Inject(APP_CONFIG) private readonly config: AppConfig,
  ) {}

  /** The signed-in user; null when nobody is, or the account was disabled, removed or signed out since. */
  async currentUser(request: FastifyRequest): Promise<User | null> {
    const { userId, signInEpoch } = request.session ?? {};
    if (!userId) return null;
    const user = await this.users.findById(userId);
    return user && !user.disabledAt && user.signInEpoch === signInEpoch ? user : null;
  }

  /** Who is signed in, for pages. Everybody else is sent to sign in and come back, and the answer is null. */
  async currentUserOrToLogin(request: FastifyRequest, reply: FastifyReply): Promise<User | null> {
    const user = await this.currentUser(request);
    if (!user) this.toLogin(request, reply);
    return user;
  }

  /**
   * Who is signed in, for what the script of one of our pages sends: its header `x-csrf-token` is the page's token.
   * @throws AppError `csrf`, also when nobody is signed in any more
   */
  async userOfOwnScript(request: FastifyRequest): Promise<User> {
    await requireOwnScript(request);
    const user = await this.currentUser(request);
    if (!user) throw new AppError('csrf');
    return user;
  }

  /** Sends a person to sign in and come back to where they are. */
  toLogin(request: FastifyRequest, reply: FastifyReply): void {
    const returnTo = encodeURIComponent(request.url);
    void reply.header('cache-control', 'no-store').redirect(`/login?return_to=${returnTo}`, 303);
  }

  /** Begins a signed-in session under a new id, so that an id planted before the sign-in is worth nothing. */
  async signIn(request: FastifyRequest, user: User): Promise<void> {
    await request.session.regenerate(['browserId']);
    request.session.userId = user.id;
    request.session.signInEpoch = user.signInEpoch;
  }

  /** Ends the session here and in the store. */
  async signOut(request: FastifyRequest, reply: FastifyReply): Promise<void> {
    const { userId } = request.session;
    if (userId) await this.audit.record({ type: 'sign_out', actorId: userId, userId, ip: request.ip });
    await request.session.destroy();
    reply.clearCookie(sessionCookieName(this.config), { path: '/', secure: this.config.secure });
  }

  /** A name for this browser that outlives the change of session id at sign-in. Starts a session if there is none. */
  browserId(request: FastifyRequest): string {
    request.session.browserId ??= randomBytes(16).toString('base64url');
    return request.session.browserId;
  }
}
