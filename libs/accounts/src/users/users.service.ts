import { randomBytes } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { type EntityManager, In, IsNull, Not, Repository } from 'typeorm';
import { AuditLog } from '#libs/audit';
import { Transactions } from '#libs/database';
import { AppError, type FieldError } from '#libs/errors';
import { EventBus } from '#libs/queue';
import type { Role } from '../actor.js';
import type { ChangedBy } from '../changed-by.js';
import { WebSession } from '../sessions/web-session.entity.js';
import { isEmailAddress, normaliseEmail } from './email-address.js';
import { insertUser } from './insert-user.js';
import { PasswordHasher } from './password-hasher.js';
import { User } from './user.entity.js';

/** Published when everything that a user is signed in with must stop working. Data: `{userId}`. */
export const USER_SIGNED_OUT_EVERYWHERE = 'accounts.user-signed-out';

/** What a user is made of. */
export interface NewUser {
  email: string;
  /** 8 to 1,024 characters; nothing is cut off. Null: an account for somebody who comes from the identity provider. */
  password: string | null;
  role: Role;
}

/** Users and their passwords; whatever changes what they may do is in the audit trail. */
@Injectable()
export class UsersService {
  constructor(
    @InjectRepository(User) private readonly users: Repository<User>,
    private readonly transactions: Transactions,
    private readonly audit: AuditLog,
    private readonly hasher: PasswordHasher,
    private readonly events: EventBus,
  ) {}

  /** A password for a person to copy: 120 random bits. */
  static generatePassword(): string {
    return randomBytes(15).toString('base64url');
  }

  /** @throws AppError `invalid_request` naming the fields, `conflict` when the address is taken */
  async create({ email, password, role }: NewUser, by: ChangedBy = {}): Promise<User> {
    const address = normaliseEmail(email);
    const problems = newUserProblems(address, password);
    if (problems.length > 0) throw new AppError('invalid_request', undefined, { validationErrors: problems });
    const passwordHash = password === null ? null : await this.hasher.hash(password);
    return this.transactions.run(async (manager) => {
      const id = await insertUser(manager, { email: address, passwordHash, role });
      if (id === undefined) throw new AppError('conflict', `There is already a user ${address}.`);
      await this.audit.record({ ...by, type: 'user.created', userId: id, details: { role } }, manager);
      return manager.findOneByOrFail(User, { id });
    });
  }

  /** The user whose e-mail and password these are; null when either is wrong or the user is disabled. */
  async verifyPassword(email: string, password: string): Promise<User | null> {
    const user = await this.users.findOne({
      where: { email: normaliseEmail(email) },
      select: {
        id: true,
        email: true,
        role: true,
        disabledAt: true,
        createdAt: true,
        signInEpoch: true,
        passwordHash: true,
      },
    });
    const right = user?.passwordHash
      ? await this.hasher.verify(user.passwordHash, password)
      : await this.hasher.verifyNobody(password);
    return right && user && !user.disabledAt ? user : null;
  }

  /** False for someone who signs in with an identity provider only. */
  hasPassword({ id }: Pick<User, 'id'>): Promise<boolean> {
    return this.users.existsBy({ id, passwordHash: Not(IsNull()) });
  }

  findById(id: string): Promise<User | null> {
    return this.users.findOneBy({ id });
  }

  findByEmail(email: string): Promise<User | null> {
    return this.users.findOneBy({ email: normaliseEmail(email) });
  }

  /**
   * Makes the first administrator if nobody has that address. The generated password is told once, here.
   * @param password null: for whoever has this address, verified, at the identity provider
   */
  async ensureAdmin(
    email: string,
    password?: string | null,
  ): Promise<{ created: boolean; password?: string | null }> {
    if (await this.findByEmail(email)) return { created: false };
    const chosen = password === undefined ? UsersService.generatePassword() : password;
    try {
      await this.create({ email, password: chosen, role: 'admin' });
    } catch (error) {
      // Two processes may start at once; the other one made it.
      if (error instanceof AppError && error.code === 'conflict') return { created: false };
      throw error;
    }
    return password ? { created: true } : { created: true, password: chosen };
  }

  /**
   * Disables or enables. Whom it disables is signed out everywhere, assistants included, and stays so when enabled
   * again; API keys only rest.
   * @throws AppError `conflict` when that would disable the last administrator
   */
  async setDisabled(userId: string, disabled: boolean, by: ChangedBy = {}): Promise<void> {
    const changed = await this.transactions.run(async (manager) => {
      if (disabled) await requireAnotherAdmin(manager, userId);
      const { affected } = await manager.update(
        User,
        { id: userId, disabledAt: disabled ? IsNull() : Not(IsNull()) },
        { disabledAt: disabled ? new Date() : null },
      );
      if (!affected) return false;
      if (disabled) await signOutEverywhere(manager, userId);
      await this.audit.record({ ...by, type: disabled ? 'user.disabled' : 'user.enabled', userId }, manager);
      return true;
    });
    if (changed && disabled) await this.tellSignedOut(userId);
  }

  /**
   * Gives a user another role. API keys follow: none can do more than its owner.
   * @throws AppError `conflict` when that would be the end of the last administrator
   */
  async setRole(userId: string, role: Role, by: ChangedBy = {}): Promise<void> {
    await this.transactions.run(async (manager) => {
      if (role !== 'admin') await requireAnotherAdmin(manager, userId);
      const user = await manager.findOne(User, {
        where: { id: userId },
        lock: { mode: 'pessimistic_write' },
      });
      if (!user || user.role === role) return;
      await manager.update(User, { id: userId }, { role });
      const details = { from: user.role, to: role };
      await this.audit.record({ ...by, type: 'user.role_changed', userId, details }, manager);
    });
  }

  /**
   * Gives a user another password and ends what the old one led to: web sessions, and the grants of assistants. API
   * keys stay: whoever changes a password may have scripts running, and can revoke the keys one by one.
   *
   * @returns the user, under whose new `signInEpoch` a browser can be signed in again
   * @throws AppError `invalid_request` when the password cannot be used
   */
  async setPassword({ id, email }: User, password: string, by: ChangedBy = {}): Promise<User> {
    const problems = newUserProblems(email, password);
    if (problems.length > 0) throw new AppError('invalid_request', undefined, { validationErrors: problems });
    const passwordHash = await this.hasher.hash(password);
    const user = await this.transactions.run(async (manager) => {
      await manager.update(User, { id }, { passwordHash });
      await signOutEverywhere(manager, id);
      await this.audit.record({ ...by, type: 'password.changed', userId: id }, manager);
      return manager.findOneByOrFail(User, { id });
    });
    await this.tellSignedOut(id);
    return user;
  }

  /** Users by address, at most `limit`. Who has no password signs in with the identity provider only. */
  async list(limit: number): Promise<(User & { hasPassword: boolean })[]> {
    const users = await this.users.find({ order: { email: 'ASC' }, take: limit });
    const without = await this.users.find({
      select: { id: true },
      where: { id: In(users.map(({ id }) => id)), passwordHash: IsNull() },
    });
    const ids = new Set(without.map(({ id }) => id));
    return users.map((user) => Object.assign(user, { hasPassword: !ids.has(user.id) }));
  }

  private tellSignedOut(userId: string): Promise<void> {
    return this.events.publish(USER_SIGNED_OUT_EVERYWHERE, { userId });
  }
}

/**
 * Someone must be left who can undo the change. The locks make of two administrators who end each other's powers at
 * the same time one who succeeds and one who is refused.
 */
async function requireAnotherAdmin(manager: EntityManager, userId: string): Promise<void> {
  const admins = await manager.query<{ id: string }[]>(
    `SELECT id FROM users WHERE role = 'admin' AND disabled_at IS NULL ORDER BY id FOR NO KEY UPDATE`,
  );
  if (admins.length > 1 || admins[0]?.id !== userId) return;
  throw new AppError('conflict', 'This is the last administrator. Make another one first.');
}

/** The new epoch is what ends everything, on every replica; the rows of the sessions go because they are of no use. */
export async function signOutEverywhere(manager: EntityManager, userId: string): Promise<void> {
  await manager.increment(User, { id: userId }, 'signInEpoch', 1);
  await manager.delete(WebSession, { userId });
}

/** Every reason why a user cannot be made with these values. */
export function newUserProblems(email: string, password: string | null): FieldError[] {
  const problems: FieldError[] = [];
  if (!isEmailAddress(email)) {
    problems.push({ path: 'email', message: 'must be an e-mail address' });
  }
  if (password !== null && (password.length < 8 || password.length > 1_024)) {
    problems.push({ path: 'password', message: 'must have 8 to 1,024 characters' });
  }
  return problems;
}
