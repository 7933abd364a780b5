import { type User, UsersService } from '#libs/accounts';
import { AppError } from '#libs/errors';
import type { Command } from './command-line.js';

/** Most users that one `user list` prints. */
const LIST_LIMIT = 1_000;

/** What a command has to say, for programs (`rows`) and for people (`lines`; a generated secret alone on the last). */
export interface CommandResult {
  rows: object[];
  lines: string[];
}

export async function runUserCommand(users: UsersService, command: Command): Promise<CommandResult> {
  if (command.action === 'list') return listed(await users.list(LIST_LIMIT));
  const password = command.password ?? UsersService.generatePassword();
  if (command.action === 'create') {
    const user = await users.create({ email: command.email, password, role: command.role });
    return told(command, user, password, `Created ${user.email} with the role ${user.role}.`);
  }
  const user = await users.findByEmail(command.email);
  if (!user) throw new AppError('not_found', `There is no user ${command.email}.`);
  if (command.action === 'set-password') {
    await users.setPassword(user, password);
    return told(
      command,
      user,
      password,
      `${user.email} has a new password. Browsers are signed out; assistants stay connected until they are ` +
        'revoked under /account/connections.',
    );
  }
  await users.setDisabled(user.id, command.action === 'disable');
  return { rows: [row(user)], lines: [`${user.email} is ${command.action}d.`] };
}

/** A generated password is told once, here; a given one is known already. */
function told(command: Command, user: User, password: string, line: string): CommandResult {
  if (command.password) return { rows: [row(user)], lines: [line] };
  return { rows: [{ ...row(user), password }], lines: [line, password] };
}

function listed(users: User[]): CommandResult {
  const line = (user: User) => `${user.email}  ${user.role}${user.disabledAt ? '  disabled' : ''}`;
  return { rows: users.map(row), lines: users.map(line) };
}

const row = ({ id, email, role, disabledAt, createdAt }: User) => ({
  id,
  email,
  role,
  disabledAt,
  createdAt,
});
