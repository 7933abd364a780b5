import { execFile } from 'node:child_process';
import { readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Assistant } from '../../apps/demo/src/assistant.js';
import { ROOT, startOwnServer, type OwnServer } from '../../apps/demo/src/own-server.js';
import { startS3Server } from '../support/s3-server.js';

jest.setTimeout(120_000);

const run = promisify(execFile);

/** Operator commands find the embedded database of the running server through DATA_DIR. */
describe('npm run admin', () => {
  let server: OwnServer;

  beforeAll(async () => void (server = await startOwnServer()));
  afterAll(() => server?.stop());

  const runAdmin = (env: Record<string, string>, ...args: string[]) =>
    run(process.execPath, [join(ROOT, 'dist/apps/admin/src/main.js'), ...args], {
      env: { ...process.env, DATA_DIR: server.dataDir, DATABASE_URL: '', ...env },
    });
  const admin = (...args: string[]) => runAdmin({}, ...args);
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

  it('makes a key, alone on the last line, that opens the admin REST until it is revoked', async () => {
    const email = 'grace@example.com';
    await admin('user', 'create', '--email', email, '--password', 'a long password');
    await expect(
      admin('key', 'create', '--email', email, '--name', 'ops', '--role', 'admin'),
    ).rejects.toMatchObject({
      code: 1,
      stderr: expect.stringContaining('has the role user, and a key can do no more'),
    });
    const { stdout } = await admin('key', 'create', '--email', email, '--name', 'ops');
    const key = stdout.trim().split('\n').at(-1)!;
    expect(key).toMatch(/^mrk_[\w-]{43}$/);
    const status = async () =>
      (await fetch(`${server.url}/admin/users`, { headers: { authorization: `Key ${key}` } })).status;
    expect(await status()).toBe(403);
    await admin('user', 'set-role', '--email', email, '--role', 'admin');
    const [made] = JSON.parse(
      (await admin('key', 'create', '--email', email, '--name', 'b', '--role', 'admin', '--json')).stdout,
    ) as { id: string; key: string }[];
    const opens = await fetch(`${server.url}/admin/users`, {
      headers: { authorization: `Bearer ${made!.key}` },
    });
    expect(opens.status).toBe(200);
    const listed = JSON.parse((await admin('key', 'list', '--email', email, '--json')).stdout) as object[];
    expect(listed).toHaveLength(2);
    expect(JSON.stringify(listed)).not.toMatch(/mrk_[\w-]{20}/);
    await admin('key', 'revoke', '--email', email, '--id', made!.id);
    const closed = await fetch(`${server.url}/admin/users`, {
      headers: { authorization: `Key ${made!.key}` },
    });
    expect(closed.status).toBe(401);
  });

  it('disables, enables and deletes a client', async () => {
    const password = 'a long password';
    await admin('user', 'create', '--email', 'lin@example.com', '--password', password);
    const assistant = await Assistant.connect(new URL(`${server.url}/mcp`), {
      email: 'lin@example.com',
      password,
    });
    const [client] = JSON.parse((await admin('client', 'list', '--json')).stdout) as { clientId: string }[];
    const id = ['--client-id', client!.clientId];
    await admin('client', 'disable', ...id);
    expect((await admin('client', 'list')).stdout).toContain(`${client!.clientId}  dynamic  disabled`);
    await expect(assistant.call('list_models', {})).rejects.toThrow();
    await admin('client', 'enable', ...id);
    await admin('client', 'delete', ...id);
    await expect(admin('client', 'disable', ...id)).rejects.toMatchObject({
      code: 1,
      stderr: expect.stringContaining('There is no client'),
    });
  });

  it('tells of the queues, what waits in them and who works', async () => {
    const { stdout } = await admin('queues');
    expect(stdout).toMatch(/^inference: 0 waiting, .*; 1 worker\(s\)$/m);
    expect(stdout).toMatch(/^ingest: .*; 1 worker\(s\)$/m);
    const queues = JSON.parse((await admin('queues', '--json')).stdout) as {
      name: string;
      requests: unknown;
    }[];
    expect(queues[0]).toMatchObject({ name: 'inference', requests: { queued: 0, running: 0 } });
  });

  it('imports models from a file, all or nothing, and does nothing twice', async () => {
    const file = join(server.dataDir, 'models.json');
    const model = {
      owner: 'acme',
      alias: 'echo',
      name: 'Echo',
      category: 'utility',
      task: 'text-to-text',
      summary: 'Says it again.',
      description: 'Nothing else.',
      inputSchema: { type: 'object', properties: { text: { type: 'string' } } },
      outputSchema: { type: 'object' },
      price: { unit: 'request', amountUsd: '0' },
      engine: 'local',
      engineSettings: { model: 'detect-language' },
    };
    const misspelt = { ...model, alias: 'other', engineSettings: { model: 'detect-langauge' } };
    await writeFile(file, JSON.stringify({ models: [model, misspelt] }));
    await expect(admin('models', 'import', file)).rejects.toMatchObject({
      code: 1,
      stderr: expect.stringMatching(
        /acme\/other\.engineSettings\.model must be one of: .*; did you mean detect-language\?/,
      ),
    });
    await writeFile(file, JSON.stringify(model));
    const { stdout } = await admin('models', 'import', file);
    expect(stdout.trim().split('\n')).toEqual([
      'created  acme/echo  version 1',
      '1 created, 0 updated, 0 unchanged.',
    ]);
    expect(JSON.parse((await admin('models', 'import', file, '--json')).stdout)).toEqual([
      { endpoint: 'acme/echo', outcome: 'unchanged', version: 1 },
    ]);
    await expect(admin('models', 'import', `${file}.gone`)).rejects.toMatchObject({
      code: 1,
      stderr: expect.stringContaining('there is no such file'),
    });
  });

  it('moves files to a bucket, and ends with code 1 when the bytes of one are gone', async () => {
    const move = async () => {
      const s3 = await startS3Server();
      const moved = runAdmin({ ...s3.env, STORAGE: 'disk' }, 'storage', 'move', '--to', 's3');
      const result = await moved.then(
        ({ stdout }) => ({ code: 0, stdout }),
        ({ code, stdout }: { code: number; stdout: string }) => ({ code, stdout }),
      );
      await s3.stop();
      return result;
    };
    // The embedded models came with files of their own.
    expect(await move()).toEqual({ code: 0, stdout: expect.stringMatching(/^\d+ copied, 0 there already/) });
    const folder = join(server.dataDir, 'files');
    const names = await readdir(folder, { recursive: true });
    await rm(
      join(
        folder,
        names.find((name) => /[0-9a-z]{40}$/.test(name))!,
      ),
    );
    expect(await move()).toEqual({
      code: 1,
      stdout: expect.stringMatching(/^missing .* bytes\n.* 1 missing/),
    });
  });

  it('says what is wrong, with exit code 2 for a command that means nothing', async () => {
    await expect(admin('user', 'rename')).rejects.toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/^"user" needs one of .*\nnpm run admin -- help .*\n$/),
    });
    await expect(admin('user', 'invite', '--email', 'ada@example.com')).rejects.toMatchObject({
      stderr: expect.stringContaining('OIDC_ISSUER'),
    });
    await expect(admin('storage', 'move', '--to', 'disk')).rejects.toMatchObject({
      stderr: 'The files are on the disk already.\n',
    });
    await expect(admin('user', 'create', '--email', 'nobody')).rejects.toMatchObject({
      code: 1,
      stderr: expect.stringContaining('e-mail address'),
    });
  });
});
