import { setTimeout as delay } from 'node:timers/promises';
import sharp from 'sharp';
import { Assistant } from '../../apps/demo/src/assistant.js';
import { startOwnServer, type OwnServer } from '../../apps/demo/src/own-server.js';
import { descendants, isAlive } from '../support/processes.js';
import { sample } from '../support/sample-server.js';

jest.setTimeout(180_000);

const pidOf = (server: OwnServer, part: string): number => {
  const found = descendants(server.process.pid!).find(({ command }) => command.includes(part));
  if (!found) throw new Error(`no process with ${part}`);
  return found.pid;
};

describe('a worker that is killed in the middle of a run', () => {
  let server: OwnServer;
  let assistant: Assistant;

  beforeAll(async () => {
    server = await startOwnServer();
    assistant = await Assistant.connect(new URL(`${server.url}/mcp`), server.credentials);
  });

  afterAll(async () => {
    await assistant?.close();
    await server?.stop();
  });

  it('loses nothing: the next worker finishes the request, once, and no process is left over', async () => {
    const large = await sharp(await sample('astronaut.jpg'))
      .resize(1600, 1600)
      .jpeg()
      .toBuffer();
    const { fileUrl } = await assistant.call('upload_file', { base64: large.toString('base64') });
    const { requestId } = await assistant.call('run_model', {
      endpoint: 'modelrunner/upscale',
      input: { image: fileUrl },
    });
    const status = async () => (await assistant.call('get_request', { requestId })).status;
    while ((await status()) === 'IN_QUEUE') await delay(50);
    await delay(500);
    const engines = descendants(pidOf(server, 'apps/worker')).map(({ pid }) => pid);
    expect(engines.length).toBeGreaterThan(0);
    expect(await status()).toBe('IN_PROGRESS');
    process.kill(pidOf(server, 'apps/worker'), 'SIGKILL');

    const finished = await assistant.call('wait_for_request', { requestId, timeoutSeconds: 120 });
    expect(finished).toMatchObject({ status: 'COMPLETED' });
    const list = await assistant.call<{ total: number }>('list_my_requests', {});
    expect(list.total).toBe(1);
    expect(engines.filter(isAlive)).toEqual([]);
  });
});
