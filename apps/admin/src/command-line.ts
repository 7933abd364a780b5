import { parseArgs } from 'node:util';
import { type Actor, ROLES } from '#libs/accounts';
import { nearestWord } from '#libs/errors';

const ROLE_NAMES = ROLES.join('|');

/** Options beside `--json` and the flags; each takes a value. */
const OPTIONS = ['email', 'password', 'role', 'name', 'id', 'client-id', 'search', 'to'] as const;
type Option = (typeof OPTIONS)[number];

/** Options beside `--json` that take no value. */
const FLAGS = ['repair', 'force', 'delete'] as const;
type Flag = (typeof FLAGS)[number];

interface CommandShape {
  required: readonly Option[];
  optional?: readonly Option[];
  flags?: readonly Flag[];
  /** It takes the name of a file after its own. */
  file?: true;
  usage: string;
}

/** Every command, a noun and a verb or one word: what it needs, what it may have, and its line of the usage. */
const COMMANDS = {
  'user create': {
    required: ['email'],
    optional: ['password', 'role'],
    usage: `--email E [--password P] [--role ${ROLE_NAMES}]   without --password one is generated and printed last`,
  },
  'user list': { required: [], usage: '' },
  'user invite': {
    required: ['email'],
    optional: ['role'],
    usage: `--email E [--role ${ROLE_NAMES}]   without a password: for whoever has this address at the identity provider`,
  },
  'user disable': { required: ['email'], usage: '--email E' },
  'user enable': { required: ['email'], usage: '--email E' },
  'user set-role': { required: ['email', 'role'], usage: `--email E --role ${ROLE_NAMES}` },
  'user set-password': { required: ['email'], optional: ['password'], usage: '--email E [--password P]' },
  'user relink': {
    required: ['email'],
    usage:
      '--email E   to the identity provider, at the next sign-in there; ends the password and the old link',
  },
  'key create': {
    required: ['email', 'name'],
    optional: ['role'],
    usage: `--email E --name N [--role ${ROLE_NAMES}]   the key is printed once, last`,
  },
  'key list': { required: ['email'], usage: '--email E' },
  'key revoke': { required: ['email', 'id'], usage: '--email E --id ID' },
  'client list': { required: [], optional: ['search'], usage: '[--search TEXT]' },
  'client disable': { required: ['client-id'], usage: '--client-id C' },
  'client enable': { required: ['client-id'], usage: '--client-id C' },
  'client delete': {
    required: ['client-id'],
    usage: '--client-id C   with everything that users allowed it',
  },
  queues: { required: [], usage: '  what waits, runs and failed, and who works' },
  'storage check': {
    required: [],
    flags: ['repair', 'force'],
    usage:
      '[--repair] [--force]   files in the database against the storage; --force repairs however much is wrong',
  },
  'models import': {
    required: [],
    file: true,
    flags: ['force'],
    usage:
      'FILE [--force]   a JSON array, {"models": […]} or JSON lines; - for standard input; --force also breaks wrappers',
  },
  'wrappers import': {
    required: [],
    file: true,
    usage: 'FILE   likewise, after the models that they run on',
  },
  'storage move': {
    required: ['to'],
    flags: ['delete'],
    usage: '--to disk|s3 [--delete]   copies every file; --delete removes each from where it was',
  },
} as const satisfies Record<string, CommandShape>;

export type CommandName = keyof typeof COMMANDS;

const SHAPES: Record<string, CommandShape> = COMMANDS;

/** Every command on a line of its own. */
export const USAGE = [
  'npm run admin -- <command> [--json]',
  ...Object.entries(SHAPES).map(([name, { usage }]) => `  ${name} ${usage}`.trimEnd()),
].join('\n');

/** The options anywhere: whoever asks has not understood what the rest means. */
export const asksForHelp = (args: readonly string[]): boolean =>
  args[0] === 'help' || args.includes('--help') || args.includes('-h');

/** A command line that means something. */
export interface Command {
  name: CommandName;
  /** Those of the command's options that are required are never empty. */
  options: Readonly<Record<Option, string>>;
  flags: Readonly<Record<Flag, boolean>>;
  /** `--role`, or `user`. */
  role: Actor['role'];
  /** Empty for commands that take none. */
  file: string;
  json: boolean;
}

/** A command line that means nothing: exit code 2. */
export class UsageError extends Error {}

/** @throws UsageError in a sentence */
export function parseCommand(args: string[]): Command {
  const { values, positionals } = parse(args);
  const { name, file } = commandName(positionals);
  const options = Object.fromEntries(OPTIONS.map((option) => [option, values[option] ?? '']));
  requireOptions(name, options);
  const flags = flagsOf(name, values);
  const role = ROLES.find((known) => known === (options.role || 'user'));
  if (!role) throw new UsageError(`--role must be one of ${ROLES.join(', ')}.`);
  const json = values.json === true;
  return { name, options: options as Record<Option, string>, flags, role, file, json };
}

function commandName([noun = '', ...words]: string[]): { name: CommandName; file: string } {
  const isWhole = Object.hasOwn(SHAPES, noun);
  const name = (isWhole ? noun : `${noun} ${verbOf(noun, words)}`) as CommandName;
  const rest = words.slice(isWhole ? 0 : 1);
  const takesFile = (SHAPES[name] as CommandShape).file === true;
  const [file = '', ...surplus] = takesFile ? rest : ['', ...rest];
  if (surplus.length > 0) throw new UsageError(`"${surplus.join(' ')}" means nothing here.`);
  if (takesFile && !file) throw new UsageError(`"${name}" needs a file.`);
  return { name, file };
}

function verbOf(noun: string, [verb = '']: string[]): string {
  const verbs = Object.keys(SHAPES)
    .filter((name) => name.startsWith(`${noun} `))
    .map((name) => name.slice(noun.length + 1));
  if (verbs.length === 0) {
    const nouns = [...new Set(Object.keys(SHAPES).map((name) => name.split(' ', 1)[0] as string))];
    throw new UsageError(
      noun ? `There is no command "${noun}"${meant(noun, nouns)}` : 'No command is given.',
    );
  }
  if (!verbs.includes(verb))
    throw new UsageError(`"${noun}" needs one of ${verbs.join(', ')}${meant(verb, verbs)}`);
  return verb;
}

/** The end of a sentence about a word that means nothing. */
const meant = (word: string, known: readonly string[], prefix = ''): string => {
  const near = nearestWord(word, known);
  return near === null ? '.' : `; did you mean ${prefix}${near}?`;
};

function requireOptions(name: CommandName, options: Record<string, string>): void {
  const { required, optional = [] } = SHAPES[name] as CommandShape;
  const missing = required.find((option) => !options[option]);
  if (missing) throw new UsageError(`"${name}" needs --${missing}.`);
  const known = new Set<string>([...required, ...optional]);
  const surplus = Object.keys(options).find((option) => options[option] && !known.has(option));
  if (surplus) throw new UsageError(`"${name}" takes no --${surplus}.`);
}

type Values = Partial<Record<Option, string> & Record<Flag | 'json', boolean>>;

function flagsOf(name: CommandName, values: Values): Record<Flag, boolean> {
  const { flags = [] } = SHAPES[name] as CommandShape;
  const surplus = FLAGS.find((flag) => values[flag] && !flags.includes(flag));
  if (surplus) throw new UsageError(`"${name}" takes no --${surplus}.`);
  return Object.fromEntries(FLAGS.map((flag) => [flag, values[flag] === true])) as Record<Flag, boolean>;
}

function parse(args: string[]): { values: Values; positionals: string[] } {
  const texts = Object.fromEntries(OPTIONS.map((option) => [option, { type: 'string' as const }]));
  const switches = Object.fromEntries([...FLAGS, 'json'].map((flag) => [flag, { type: 'boolean' as const }]));
  const options = { ...texts, ...switches };
  try {
    return parseArgs({ args, allowPositionals: true, options });
  } catch (error) {
    throw new UsageError(whyNotParsed(error as NodeJS.ErrnoException, Object.keys(options)));
  }
}

/** Node's own message explains positional arguments, of which there are none to speak of here. */
function whyNotParsed({ code, message }: NodeJS.ErrnoException, known: readonly string[]): string {
  const [, option = ''] = /'(-[^' ]*)/.exec(message) ?? [];
  if (code === 'ERR_PARSE_ARGS_UNKNOWN_OPTION') {
    return `${option} is not an option${meant(option.replace(/^-+/, ''), known, '--')}`;
  }
  return message.split('\n', 1)[0] as string;
}
