import { isUUID } from 'class-validator';
import { type Actor, ApiKeysService, ROLES, type User, UsersService } from '#libs/accounts';
import { AppError } from '#libs/errors';
import type { Command } from './command-line.js';
import type { CommandResult } from './command-result.js';

type Key = Awaited<ReturnType<ApiKeysService['list']>>[number];

/** Keys are made and revoked in their owner's name. */
export async function runKeyCommand(
  users: UsersService,
  keys: ApiKeysService,
  { name: command, options, role }: Command,
): Promise<CommandResult> {
  const user = await users.findByEmail(options.email);
  if (!user) throw new AppError('not_found', `There is no user ${options.email}.`);
  const owner = actorOf(user);
  if (command === 'key create') {
    requireRole(user, options.role && role);
    const { key, apiKey } = await keys.create(owner, { name: options.name, role });
    const line = `Made the key ${apiKey.id} of ${user.email} with the role ${apiKey.role}. It is shown this once:`;
    return { rows: [{ ...row(apiKey), key }], lines: [line, key] };
  }
  if (command === 'key revoke') {
    await keys.revoke(owner, requireId(options.id));
    return { rows: [{ id: options.id }], lines: [`The key ${options.id} of ${user.email} is revoked.`] };
  }
  const list = await keys.list(owner);
  return { rows: list.map(row), lines: list.map(line) };
}

function actorOf({ id, email, role }: User): Actor {
  return { userId: id, email, role, clientId: null };
}

/** @param asked empty when none was: a key for a plain user then */
function requireRole({ email, role }: User, asked: Actor['role'] | ''): void {
  if (asked === '' || ROLES.indexOf(asked) >= ROLES.indexOf(role)) return;
  const message = `${email} has the role ${role}, and a key can do no more. Leave --role out, or give the account the role first: user set-role --email ${email} --role ${asked}`;
  throw new AppError('invalid_request', message);
}

function requireId(id: string): string {
  if (isUUID(id)) return id;
  throw new AppError('not_found', `There is no key ${id}.`);
}

const row = ({ id, name, role, hint, lastUsedAt, createdAt }: Key) => ({
  id,
  name,
  role,
  hint,
  lastUsedAt,
  createdAt,
});

const line = ({ id, name, role, hint, lastUsedAt }: Key): string =>
  `${id}  ${hint}…  ${role}  ${lastUsedAt ? `last used ${lastUsedAt.toISOString()}` : 'never used'}  ${name}`;
