import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { ILike, Repository } from 'typeorm';
import type { RequestContext } from '#libs/audit';
import { containing } from '#libs/database';
import { AppError } from '#libs/errors';
import { type ListPage, schemas } from '#libs/http';
import { type Actor, type Role, ROLES } from '../actor.js';
import { User } from '../users/user.entity.js';
import { UsersService } from '../users/users.service.js';
import type { CreateUserDto, ListUsersQuery } from './admin-users.dto.js';

/** A user, as administrators see one. */
export interface UserView {
  id: string;
  email: string;
  role: Role;
  createdAt: Date;
  /** Null: can sign in. */
  disabledAt: Date | null;
}

const USER_FIELDS = {
  id: schemas.uuid,
  email: schemas.email,
  role: schemas.oneOf(ROLES),
  createdAt: schemas.time,
  disabledAt: schemas.orNull(schemas.time),
};

export const USER_SCHEMA = schemas.view<UserView>('User', USER_FIELDS);
export const NEW_USER_SCHEMA = schemas.view<UserView & { password?: string }>(
  'NewUser',
  { ...USER_FIELDS, password: schemas.text },
  ['password'],
);

/** What administrators do with users. Each change is in the audit trail. */
@Injectable()
export class AdminUsersService {
  constructor(
    @InjectRepository(User) private readonly rows: Repository<User>,
    private readonly users: UsersService,
  ) {}

  /** By e-mail address. */
  async list(_actor: Actor, { search, role, page, limit }: ListUsersQuery): Promise<ListPage<UserView>> {
    const [users, total] = await this.rows.findAndCount({
      where: { ...(search && { email: ILike(containing(search)) }), ...(role && { role }) },
      order: { email: 'ASC' },
      take: limit,
      skip: (page - 1) * limit,
    });
    return { items: users.map(viewOf), page, limit, total };
  }

  /** @throws AppError `not_found` */
  async read(_actor: Actor, id: string): Promise<UserView> {
    return viewOf(await this.require(id));
  }

  /**
   * @returns the user, with the password if one was generated: it is told here and never again
   * @throws AppError `conflict` when the address is taken
   */
  async create(
    actor: Actor,
    { email, role, password }: CreateUserDto,
    context: RequestContext,
  ): Promise<UserView & { password?: string }> {
    const chosen = password ?? UsersService.generatePassword();
    const user = await this.users.create({ email, role, password: chosen }, by(actor, context));
    return { ...viewOf(user), ...(password === undefined && { password: chosen }) };
  }

  /**
   * Disabling signs the user out everywhere, assistants included. Doing it twice changes nothing.
   * @throws AppError `not_found`, `conflict` for oneself and for the last administrator
   */
  async setDisabled(actor: Actor, id: string, disabled: boolean, context: RequestContext): Promise<UserView> {
    const user = await this.require(id);
    if (disabled && user.id === actor.userId) throw new AppError('conflict', 'You cannot disable yourself.');
    await this.users.setDisabled(user.id, disabled, by(actor, context));
    return this.read(actor, id);
  }

  /** @throws AppError `not_found`, `conflict` for the last administrator */
  async setRole(actor: Actor, id: string, role: Role, context: RequestContext): Promise<UserView> {
    const user = await this.require(id);
    await this.users.setRole(user.id, role, by(actor, context));
    return this.read(actor, id);
  }

  private async require(id: string): Promise<User> {
    const user = await this.users.findById(id);
    if (!user) throw new AppError('not_found', 'There is no such user.');
    return user;
  }
}

const by = ({ userId }: Actor, { ip }: RequestContext) => ({ actorId: userId, ip });

function viewOf({ id, email, role, createdAt, disabledAt }: User): UserView {
  return { id, email, role, createdAt, disabledAt };
}
