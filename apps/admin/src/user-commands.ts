import { type IdentitiesService, type User, UsersService } from '#libs/accounts';
import { AppError } from '#libs/errors';
import type { Command } from './command-line.js';
import type { CommandResult } from './command-result.js';

/** Most users that one `user list` prints. */
const LIST_LIMIT = 1_000;

/** `user …`: accounts, their roles and passwords. */
export async function runUserCommand(
  users: UsersService,
  identities: IdentitiesService,
  command: Command,
): Promise<CommandResult> {
  const { name, options, role } = command;
  if (name === 'user list') return listed(await users.list(LIST_LIMIT));
  if (name === 'user invite') {
    identities.requireProvider();
    return invited(await users.create({ email: options.email, password: null, role }));
  }
  const password = options.password || UsersService.generatePassword();
  if (name === 'user create') {
    const user = await users.create({ email: options.email, password, role });
    return told(command, user, password, `Created ${user.email} with the role ${user.role}.`);
  }
  const user = await users.findByEmail(options.email);
  if (!user) throw new AppError('not_found', `There is no user ${options.email}.`);
  if (name === 'user relink') return relinked(identities, user);
  if (name === 'user set-role') {
    await users.setRole(user.id, role);
    return { rows: [{ ...row(user), role }], lines: [`${user.email} has the role ${role}.`] };
  }
  if (name === 'user set-password') {
    await users.setPassword(user, password);
    return told(
      command,
      user,
      password,
      `${user.email} has a new password. Browsers are signed out and assistants disconnected; API keys still work.`,
    );
  }
  const disabled = name === 'user disable';
  await users.setDisabled(user.id, disabled);
  const effect = disabled
    ? 'Browsers are signed out, assistants disconnected, and API keys refused.'
    : 'API keys work again; browsers sign in and assistants connect anew.';
  return { rows: [row(user)], lines: [`${user.email} is ${disabled ? 'disabled' : 'enabled'}. ${effect}`] };
}

function invited(user: User): CommandResult {
  const line = `Made ${user.email} with the role ${user.role}, for whoever has this address at the identity provider.`;
  return { rows: [row(user)], lines: [line] };
}

async function relinked(identities: IdentitiesService, user: User): Promise<CommandResult> {
  await identities.relink(user);
  const line = `${user.email} goes to whoever signs in next with this address at the identity provider.`;
  return { rows: [row(user)], lines: [line, 'Browsers are signed out and assistants disconnected.'] };
}

/** A generated password is told once, here; a given one is known already. */
function told(command: Command, user: User, password: string, line: string): CommandResult {
  if (command.options.password) return { rows: [row(user)], lines: [line] };
  return { rows: [{ ...row(user), password }], lines: [line, password] };
}

function listed(users: Awaited<ReturnType<UsersService['list']>>): CommandResult {
  const line = ({ email, role, disabledAt, hasPassword }: (typeof users)[number]) =>
    `${email}  ${role}${disabledAt ? '  disabled' : ''}${hasPassword ? '' : '  no password'}`;
  return {
    rows: users.map((user) => ({ ...row(user), hasPassword: user.hasPassword })),
    lines: users.map(line),
  };
}

const row = ({ id, email, role, disabledAt, createdAt }: User) => ({
  id,
  email,
  role,
  disabledAt,
  createdAt,
});
