import { Inject, Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { AuditLog, type RequestContext } from '#libs/audit';
import { APP_CONFIG, type AppConfig } from '#libs/config';
import { Transactions } from '#libs/database';
import { AppError } from '#libs/errors';
import { EventBus } from '#libs/queue';
import type { ChangedBy } from '../changed-by.js';
import { insertUser } from '../users/insert-user.js';
import { User } from '../users/user.entity.js';
import { signOutEverywhere, USER_SIGNED_OUT_EVERYWHERE } from '../users/users.service.js';
import { isEmailAddress, normaliseEmail } from '../users/email-address.js';
import { decideFirstSignIn, type IdentityRefusal } from './identity-rules.js';
import { UserIdentity } from './user-identity.entity.js';

/** Whom an OpenID provider says it has in front of it, by a token that was checked. */
export interface ProvenIdentity {
  issuer: string;
  subject: string;
  email: string | null;
  emailVerified: boolean;
}

/** `userId` of a refusal: the account that it is about, when there is one. */
export type IdentityOutcome = { user: User } | { refused: IdentityRefusal; userId: string | null };

/** Two people who come for the first time at once, or one in two windows: the second look finds the first's work. */
const ATTEMPTS = 3;

/** Sign-in by an identity at an OpenID provider: by issuer and subject, and by nothing else once it is known here. */
@Injectable()
export class IdentitiesService {
  constructor(
    private readonly transactions: Transactions,
    private readonly audit: AuditLog,
    private readonly events: EventBus,
    @Inject(APP_CONFIG) private readonly config: AppConfig,
  ) {}

  /** The user of this identity; one is made or linked when it comes for the first time and the rules allow it. */
  async signIn(identity: ProvenIdentity, context: RequestContext): Promise<IdentityOutcome> {
    for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
      const outcome = await this.transactions.run(
        async (manager) =>
          (await known(manager, identity)) ?? (await this.firstSignIn(manager, identity, context)),
      );
      if (outcome) return outcome;
    }
    throw new Error(`${ATTEMPTS} others signed in as the same identity at once`);
  }

  /**
   * Hands an account over to whoever has its address, verified, at the identity provider: its password and the
   * identities that it was linked to are gone, and what they led to ends. API keys stay.
   * @throws AppError `conflict` when there is no identity provider, so that nobody could sign in to it
   */
  async relink({ id }: User, by: ChangedBy = {}): Promise<void> {
    this.requireProvider();
    await this.transactions.run(async (manager) => {
      await manager.update(User, { id }, { passwordHash: null });
      await manager.delete(UserIdentity, { userId: id });
      await signOutEverywhere(manager, id);
      await this.audit.record({ ...by, type: 'identity.unlinked', userId: id }, manager);
    });
    await this.events.publish(USER_SIGNED_OUT_EVERYWHERE, { userId: id });
  }

  /** @throws AppError `conflict` when there is no identity provider that people could sign in with */
  requireProvider(): void {
    if (this.config.OIDC_ISSUER) return;
    throw new AppError('conflict', 'No identity provider is configured: set OIDC_ISSUER first.');
  }

  /** @returns undefined when somebody else was faster and it has to be looked at again */
  private async firstSignIn(
    manager: EntityManager,
    identity: ProvenIdentity,
    context: RequestContext,
  ): Promise<IdentityOutcome | undefined> {
    const email = identity.email === null ? null : normaliseEmail(identity.email);
    const usable = email !== null && isEmailAddress(email) ? email : null;
    const account = usable === null ? null : await lockAccount(manager, usable);
    const decision = decideFirstSignIn({ ...identity, email: usable }, account?.state ?? null);
    if (decision !== 'create' && decision !== 'link') {
      // The account may be its own by now: made in another window after the first look.
      return (await known(manager, identity)) ?? { refused: decision, userId: account?.id ?? null };
    }
    const userId = account?.id ?? (await this.create(manager, usable ?? '', context));
    if (userId === undefined) return undefined;
    await this.link(manager, userId, identity, context);
    return { user: await manager.findOneByOrFail(User, { id: userId }) };
  }

  /** A user without a password; undefined when the address was taken in this very moment. */
  private async create(
    manager: EntityManager,
    email: string,
    { ip }: RequestContext,
  ): Promise<string | undefined> {
    const userId = await insertUser(manager, { email, passwordHash: null, role: 'user' });
    if (userId === undefined) return undefined;
    const details = { role: 'user', method: 'oidc' };
    await this.audit.record({ type: 'user.created', userId, ip, details }, manager);
    return userId;
  }

  private async link(
    manager: EntityManager,
    userId: string,
    { issuer, subject }: ProvenIdentity,
    { ip }: RequestContext,
  ): Promise<void> {
    await manager.insert(UserIdentity, { userId, issuer, subject });
    await this.audit.record({ type: 'identity.linked', userId, ip, details: { issuer } }, manager);
  }
}

/** The outcome for an identity that signed in before: its user, whatever the address is by now. */
async function known(
  manager: EntityManager,
  { issuer, subject }: ProvenIdentity,
): Promise<IdentityOutcome | undefined> {
  const identity = await manager.findOneBy(UserIdentity, { issuer, subject });
  if (!identity) return undefined;
  const user = await manager.findOneByOrFail(User, { id: identity.userId });
  return user.disabledAt ? { refused: 'account_disabled', userId: user.id } : { user };
}

/** The account of this address, locked, so that of two identities that come at once only one can take it. */
async function lockAccount(manager: EntityManager, email: string) {
  const account = await manager.findOne(User, {
    where: { email },
    select: { id: true, disabledAt: true, passwordHash: true },
    lock: { mode: 'pessimistic_write' },
  });
  if (!account) return null;
  const hasIdentity = await manager.existsBy(UserIdentity, { userId: account.id });
  const state = {
    disabled: account.disabledAt !== null,
    hasPassword: account.passwordHash !== null,
    hasIdentity,
  };
  return { id: account.id, state };
}
