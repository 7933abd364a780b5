import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Assistant } from '../../apps/demo/src/assistant.js';
import { ROOT, startOwnServer, type OwnServer } from '../../apps/demo/src/own-server.js';

jest.setTimeout(120_000);

const run = promisify(execFile);

/** Operator commands find the embedded database of the running server through DATA_DIR. */
describe('npm run admin', () => {
  let server: OwnServer;

  beforeAll(async () => void (server = await startOwnServer()));
  afterAll(() => server?.stop());

  const admin = (...args: string[]) =>
    run(process.execPath, [join(ROOT, 'dist/apps/admin/src/main.js'), ...args], {
      env: { ...process.env, DATA_DIR: server.dataDir, DATABASE_URL: '' },
    });
  const connect = (password: string) =>
    Assistant.connect(new URL(`${server.url}/mcp`), { email: 'ada@example.com', password });

  it('makes a user who can sign in, changes the password, and disables', async () => {
    const created = await admin('user', 'create', '--email', 'Ada@example.com');
    const first = created.stdout.trim().split('\n').at(-1)!;
    const assistant = await connect(first);
    expect(await assistant.toolNames()).toHaveLength(14);

    await admin('user', 'set-password', '--email', 'ada@example.com', '--password', 'another password');
    await expect(connect(first)).rejects.toThrow(/wrong/);
    await (await connect('another password')).close();

    await admin('user', 'disable', '--email', 'ada@example.com');
    await expect(connect('another password')).rejects.toThrow(/wrong/);
    await expect(assistant.call('list_models', {})).rejects.toThrow();
    const users = JSON.parse((await admin('user', 'list', '--json')).stdout) as {
      email: string;
      disabledAt: string;
    }[];
    expect(users.find((user) => user.email === 'ada@example.com')?.disabledAt).not.toBeNull();
  });

  it('says what is wrong, with exit code 2 for a command that means nothing', async () => {
    await expect(admin('user', 'rename')).rejects.toMatchObject({
      code: 2,
      stderr: expect.stringContaining('npm run admin'),
    });
    await expect(admin('user', 'create', '--email', 'nobody')).rejects.toMatchObject({
      code: 1,
      stderr: expect.stringContaining('e-mail address'),
    });
  });
});
