import { randomBytes } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { Repository } from 'typeorm';
import { AppError, type FieldError } from '#libs/errors';
import { EventBus } from '#libs/queue';
import type { Role } from '../actor.js';
import { WebSession } from '../sessions/web-session.entity.js';
import { PasswordHasher } from './password-hasher.js';
import { User } from './user.entity.js';

/** Published when everything that a user is signed in with must stop working. Data: `{userId}`. */
export const USER_SIGNED_OUT_EVERYWHERE = 'accounts.user-signed-out';

export interface NewUser {
  email: string;
  /** 8 to 1,024 characters; nothing is cut off. */
  password: string;
  role: Role;
}

@Injectable()
export class UsersService {
  constructor(
    @InjectRepository(User) private readonly users: Repository<User>,
    @InjectRepository(WebSession) private readonly sessions: Repository<WebSession>,
    private readonly hasher: PasswordHasher,
    private readonly events: EventBus,
  ) {}

  /** A password for a person to copy: 120 random bits. */
  static generatePassword(): string {
    return randomBytes(15).toString('base64url');
  }

  /** @throws AppError `invalid_request` naming the fields, `conflict` when the address is taken */
  async create({ email, password, role }: NewUser): Promise<User> {
    const address = normaliseEmail(email);
    const problems = newUserProblems(address, password);
    if (problems.length > 0) throw new AppError('invalid_request', undefined, { validationErrors: problems });
    const passwordHash = await this.hasher.hash(password);
    const inserted = await this.users
      .createQueryBuilder()
      .insert()
      .values({ email: address, passwordHash, role })
      .orIgnore()
      .returning('id')
      .execute();
    const [row] = inserted.raw as { id: string }[];
    if (!row) throw new AppError('conflict', `There is already a user ${address}.`);
    return this.users.findOneByOrFail({ id: row.id });
  }

  /** The user whose e-mail and password these are; null when either is wrong or the user is disabled. */
  async verifyPassword(email: string, password: string): Promise<User | null> {
    const user = await this.users.findOne({
      where: { email: normaliseEmail(email) },
      select: { id: true, email: true, role: true, disabledAt: true, createdAt: true, passwordHash: true },
    });
    const right = user
      ? await this.hasher.verify(user.passwordHash, password)
      : await this.hasher.verifyNobody(password);
    return right && user && !user.disabledAt ? user : null;
  }

  findById(id: string): Promise<User | null> {
    return this.users.findOneBy({ id });
  }

  findByEmail(email: string): Promise<User | null> {
    return this.users.findOneBy({ email: normaliseEmail(email) });
  }

  /** Makes the first administrator if nobody has that address. The generated password is told once, here. */
  async ensureAdmin(email: string, password?: string): Promise<{ created: boolean; password?: string }> {
    if (await this.findByEmail(email)) return { created: false };
    const chosen = password ?? UsersService.generatePassword();
    try {
      await this.create({ email, password: chosen, role: 'admin' });
    } catch (error) {
      // Two processes may start at once; the other one made it.
      if (error instanceof AppError && error.code === 'conflict') return { created: false };
      throw error;
    }
    return password === undefined ? { created: true, password: chosen } : { created: true };
  }

  /** Disables or enables. Disabling ends web sessions, and everyone who caches a sign-in is told. */
  async setDisabled(userId: string, disabled: boolean): Promise<void> {
    await this.users.update({ id: userId }, { disabledAt: disabled ? new Date() : null });
    if (disabled) await this.signOutEverywhere(userId);
  }

  /**
   * Gives a user another password and ends the web sessions that the old one opened. Grants of assistants and API
   * keys stay: they were given on purpose and are revoked one by one.
   * @throws AppError `invalid_request` when the password cannot be used
   */
  async setPassword(user: User, password: string): Promise<void> {
    const problems = newUserProblems(user.email, password);
    if (problems.length > 0) throw new AppError('invalid_request', undefined, { validationErrors: problems });
    await this.users.update({ id: user.id }, { passwordHash: await this.hasher.hash(password) });
    await this.signOutEverywhere(user.id);
  }

  /** Users by address, at most `limit` after the first `offset`. */
  list(limit: number, offset = 0): Promise<User[]> {
    return this.users.find({ order: { email: 'ASC' }, take: limit, skip: offset });
  }

  private async signOutEverywhere(userId: string): Promise<void> {
    await this.sessions.delete({ userId });
    await this.events.publish(USER_SIGNED_OUT_EVERYWHERE, { userId });
  }
}

function normaliseEmail(email: string): string {
  return email.trim().toLowerCase();
}

/** Every reason why a user cannot be made with these values. */
export function newUserProblems(email: string, password: string): FieldError[] {
  const problems: FieldError[] = [];
  if (!/^[^\s@\p{Cc}]+@[^\s@\p{Cc}]+$/u.test(email) || email.length > 254) {
    problems.push({ path: 'email', message: 'must be an e-mail address' });
  }
  if (password.length < 8 || password.length > 1_024) {
    problems.push({ path: 'password', message: 'must have 8 to 1,024 characters' });
  }
  return problems;
}
