import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Assistant } from '../../apps/demo/src/assistant.js';
import { startOwnServer, type OwnServer } from '../../apps/demo/src/own-server.js';
import { type FileSource, startFileSource, uploadAsBase64 } from '../support/file-source.js';
import { Browser, TestClient } from '../support/oauth-client.js';
import { descendants } from '../support/processes.js';

const MIB = 1024 * 1024;
const CAP = 209_715_200;
const OVER_CAP = /exceeds the 200 MiB upload cap.*initiate-multipart/;
/** Tenths of the file at which the worker is killed; `KILL_AT=1,2,3,4,5,6,7,8,9` is the long form. */
const KILL_AT = (process.env.KILL_AT ?? '5').split(',').map(Number);

jest.setTimeout(120_000 * KILL_AT.length);

describe('files of 200 MiB', () => {
  let server: OwnServer;
  let assistant: Assistant;
  let source: FileSource;
  let token: string;

  beforeAll(async () => {
    [server, source] = await Promise.all([startOwnServer({ ALLOW_PRIVATE_URLS: 'true' }), startFileSource()]);
    assistant = await Assistant.connect(new URL(`${server.url}/mcp`), server.credentials);
    const client = await TestClient.register(server.url);
    const browser = new Browser(server.url);
    await browser.signIn(server.credentials);
    token = (await client.connect(browser)).access_token;
  });

  afterAll(async () => {
    source?.stop();
    await assistant?.close();
    await server?.stop();
  });

  const pidOf = (app: 'api' | 'worker'): number => {
    const found = descendants(server.process.pid!).find(({ command }) => command.includes(`apps/${app}`));
    if (!found) throw new Error(`there is no ${app}`);
    return found.pid;
  };
  const stored = () =>
    readdirSync(join(server.dataDir, 'files'), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name));
  const byUrl = (bytes: number, announce = true, onProgress?: (message: string) => void) =>
    assistant.call('upload_file', { url: source.url(bytes, { announce }) }, onProgress);
  const byBase64 = (bytes: number) => uploadAsBase64(server.url, token, bytes);

  /** What a call gives, and by how many MiB the api and the worker grew meanwhile. */
  async function watched<T>(work: () => Promise<T>): Promise<{ result: T; api: number; worker: number }> {
    const pids = [pidOf('api'), pidOf('worker')];
    const before = pids.map(residentMiB);
    const most = [...before];
    const timer = setInterval(
      () => pids.forEach((pid, i) => (most[i] = Math.max(most[i]!, residentMiB(pid)))),
      20,
    );
    try {
      const result = await work();
      const [api, worker] = most.map((value, index) => value - before[index]!);
      return { result, api: api!, worker: worker! };
    } finally {
      clearInterval(timer);
    }
  }

  it('come by URL, up to exactly the cap, without filling the memory', async () => {
    await byUrl(9 * MIB);
    const { result, api, worker } = await watched(() => byUrl(CAP));
    expect(result).toMatchObject({
      size: CAP,
      sha256: source.sha256(CAP),
      contentType: 'application/x-large',
    });
    console.info(`by URL: the api grew by ${api.toFixed(0)} MiB, the worker by ${worker.toFixed(0)} MiB`);
    expect(Math.max(api, worker)).toBeLessThanOrEqual(64);
  });

  it('come as base64, up to exactly the cap, and the two ways agree', async () => {
    const { result, api } = await watched(() => byBase64(CAP));
    expect(result).toContain(`"size":${CAP}`);
    expect(result).toContain(`"sha256":"${source.sha256(CAP)}"`);
    expect(result).toContain('"contentType":"application/x-large"');
    console.info(`as base64: the api grew by ${api.toFixed(0)} MiB`);
    expect(api).toBeLessThanOrEqual(2.5 * 200);
  });

  it('of one byte more are refused, with the way out, and leave nothing', async () => {
    const before = stored();
    await expect(byUrl(CAP + 1)).rejects.toThrow(OVER_CAP);
    await expect(byUrl(CAP + 1, false)).rejects.toThrow(OVER_CAP);
    expect(await byBase64(CAP + 1)).toMatch(OVER_CAP);
    expect(stored()).toEqual(before);
  });

  it.each(KILL_AT)('survive kill -9 of the worker at %p tenths, and leave no half file', async (tenth) => {
    const before = stored();
    const told: string[] = [];
    // The first to ask is the api, which goes away when it sees the size; so the job may hold a second time.
    const held = source.holdNextAt((tenth * CAP) / 10);
    const outcome = byUrl(CAP, true, (message) => told.push(message));
    await held;
    while (!told.some((message) => message.includes(' of 200 MiB'))) await delay(50);
    process.kill(pidOf('worker'), 'SIGKILL');
    expect(await outcome).toMatchObject({ size: CAP, sha256: source.sha256(CAP) });
    const added = stored().filter((path) => !before.includes(path));
    expect(added).toHaveLength(1);
    expect(added[0]).not.toContain('/files/tmp/');
  });

  it('end in a clear error when the worker is killed again', async () => {
    if (KILL_AT.length < 2) return;
    const before = stored();
    const outcome = byUrl(CAP).catch((error: Error) => error.message);
    for (let kill = 0; kill < 2; kill += 1) {
      await source.holdNextAt(CAP / 2);
      process.kill(pidOf('worker'), 'SIGKILL');
    }
    expect(await outcome).toContain('could not be fetched');
    expect(stored()).toEqual(before);
  });
});

function residentMiB(pid: number): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1]) / 1024;
}
