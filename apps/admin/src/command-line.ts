import { parseArgs } from 'node:util';
import { type Actor, ROLES } from '#libs/accounts';

export const USAGE = `npm run admin -- <command> [--json]
  user create --email E [--password P] [--role ${ROLES.join('|')}]   without --password one is generated and printed last
  user list
  user disable --email E
  user enable --email E
  user set-password --email E [--password P]`;

export const USER_ACTIONS = ['create', 'list', 'disable', 'enable', 'set-password'] as const;
export type UserAction = (typeof USER_ACTIONS)[number];

export interface Command {
  action: UserAction;
  /** Empty for `list`, which needs none. */
  email: string;
  password?: string;
  role: Actor['role'];
  json: boolean;
}

/** A command line that means nothing: the usage is printed and the exit code is 2. */
export class UsageError extends Error {}

/** @throws UsageError in a sentence */
export function parseCommand(args: string[]): Command {
  const { values, positionals } = parse(args);
  const [noun, verb, ...rest] = positionals;
  if (noun !== 'user') throw new UsageError(noun ? `There is no command "${noun}".` : 'No command is given.');
  const action = USER_ACTIONS.find((known) => known === verb);
  if (!action) throw new UsageError(`"user" needs one of ${USER_ACTIONS.join(', ')}.`);
  if (rest.length > 0) throw new UsageError(`"${rest.join(' ')}" means nothing here.`);
  const role = ROLES.find((known) => known === values.role);
  if (!role) throw new UsageError(`--role must be one of ${ROLES.join(', ')}.`);
  if (action !== 'list' && !values.email) throw new UsageError(`"user ${action}" needs --email.`);
  return { action, email: values.email ?? '', password: values.password, role, json: values.json };
}

function parse(args: string[]) {
  try {
    return parseArgs({
      args,
      allowPositionals: true,
      options: {
        email: { type: 'string' },
        password: { type: 'string' },
        role: { type: 'string', default: 'user' },
        json: { type: 'boolean', default: false },
      },
    });
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}
