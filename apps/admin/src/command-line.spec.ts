import { parseCommand, UsageError } from './command-line.js';

describe('parseCommand', () => {
  it('reads a whole command', () => {
    expect(parseCommand(['user', 'create', '--email', 'a@b.c', '--role', 'admin', '--json'])).toEqual({
      action: 'create',
      email: 'a@b.c',
      password: undefined,
      role: 'admin',
      json: true,
    });
  });

  it.each([
    [[], 'No command'],
    [['queues'], 'no command "queues"'],
    [['user', 'rename'], 'needs one of'],
    [['user', 'create'], 'needs --email'],
    [['user', 'create', '--email', 'a@b.c', '--role', 'king'], '--role'],
    [['user', 'list', 'all'], '"all"'],
    [['user', 'list', '--limit', '3'], '--limit'],
  ])('refuses %j', (args, reason) => {
    expect(() => parseCommand(args)).toThrow(UsageError);
    expect(() => parseCommand(args)).toThrow(reason);
  });
});
