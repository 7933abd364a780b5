import { asksForHelp, parseCommand, USAGE, UsageError } from './command-line.js';

describe('parseCommand', () => {
  it('reads a whole command', () => {
    expect(parseCommand(['user', 'create', '--email', 'a@b.c', '--role', 'admin', '--json'])).toMatchObject({
      name: 'user create',
      options: { email: 'a@b.c', password: '', role: 'admin' },
      role: 'admin',
      json: true,
    });
  });

  it('makes a plain user, and a key for one, unless told otherwise', () => {
    expect(parseCommand(['user', 'create', '--email', 'a@b.c'])).toMatchObject({ role: 'user', json: false });
    expect(parseCommand(['key', 'create', '--email', 'a@b.c', '--name', 'n']).role).toBe('user');
  });

  it('reads a command of one word', () => {
    expect(parseCommand(['queues', '--json'])).toMatchObject({ name: 'queues', json: true });
  });

  it('reads the name of a file, which may be standard input', () => {
    expect(parseCommand(['models', 'import', 'my models.json'])).toMatchObject({
      name: 'models import',
      file: 'my models.json',
    });
    expect(parseCommand(['wrappers', 'import', '-', '--json'])).toMatchObject({ file: '-', json: true });
    expect(parseCommand(['models', 'import', '-', '--force'])).toMatchObject({
      json: false,
      flags: { force: true },
    });
  });

  it.each([
    [[], 'No command'],
    [['queue'], 'There is no command "queue"; did you mean queues?'],
    [['zzz'], 'There is no command "zzz".'],
    [['user', 'lst'], 'set-password, relink; did you mean list?'],
    [['user', 'list', '--jsn'], '--jsn is not an option; did you mean --json?'],
    [['queues', 'list'], '"list" means nothing'],
    [['queues', '--email', 'a@b.c'], 'takes no --email'],
    [['constructor'], 'no command'],
    [['user'], 'needs one of create, list'],
    [['user', 'rename'], 'needs one of'],
    [['user', 'create'], 'needs --email'],
    [['user', 'create', '--email', ''], 'needs --email'],
    [['user', 'create', '--email', 'a@b.c', '--role', 'king'], '--role must'],
    [['user', 'set-role', '--email', 'a@b.c'], 'needs --role'],
    [['user', 'list', 'all'], '"all"'],
    [['user', 'list', '--limit', '3'], '--limit is not an option.'],
    [['user', 'disable', '--email', 'a@b.c', '--password', 'p'], 'takes no --password'],
    [['key', 'create', '--email', 'a@b.c'], 'needs --name'],
    [['key', 'revoke', '--email', 'a@b.c'], 'needs --id'],
    [['client', 'delete'], 'needs --client-id'],
    [['client', 'list', '--id', '3'], 'takes no --id'],
    [['models', 'import'], 'needs a file'],
    [['wrappers', 'import', '-', '--force'], 'takes no --force'],
    [['models', 'import', 'a.json', 'b.json'], '"b.json" means nothing'],
    [['models', 'import', 'a.json', '--email', 'a@b.c'], 'takes no --email'],
  ])('refuses %j', (args, reason) => {
    expect(() => parseCommand(args)).toThrow(UsageError);
    expect(() => parseCommand(args)).toThrow(reason);
  });

  it('takes switches only where they mean something', () => {
    const { name, flags } = parseCommand(['storage', 'check', '--repair', '--json']);
    expect([name, flags]).toEqual(['storage check', { repair: true, force: false, delete: false }]);
    expect(() => parseCommand(['user', 'list', '--force'])).toThrow('"user list" takes no --force.');
  });

  it('has a line of usage for each command', () => {
    expect(USAGE.split('\n')).toHaveLength(21);
    expect(USAGE).toContain('  key create --email E --name N [--role admin|curator|user]');
  });

  it('knows who asks for help', () => {
    expect([['help'], ['--help'], ['user', 'create', '-h']].every(asksForHelp)).toBe(true);
    expect(asksForHelp(['client', 'list', '--search', 'help'])).toBe(false);
  });
});
