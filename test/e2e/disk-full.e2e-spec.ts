import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { Assistant } from '../../apps/demo/src/assistant.js';
import { DirectUploads, put } from '../support/direct-upload.js';
import { type FileSource, startFileSource, uploadAsBase64 } from '../support/file-source.js';
import { FilesPlatform } from '../support/files-platform.js';
import { USER } from '../support/oauth-client.js';
import { mountSmallDisk } from '../support/small-disk.js';

const MIB = 1024 * 1024;
const FULL = 'The server has no room left for files.';

jest.setTimeout(120_000);

const data = mountSmallDisk(80);
const temporary = data && mountSmallDisk(16);

(temporary ? describe : describe.skip)('a disk that is full (needs the right to mount one)', () => {
  let platform: FilesPlatform;
  let source: FileSource;
  let assistant: Assistant;
  let uploads: DirectUploads;
  let token: string;
  let image: string;

  beforeAll(async () => {
    const DATA_DIR = join(data!.path, 'data');
    mkdirSync(DATA_DIR);
    const env = { DATA_DIR, TEMP_DIR: temporary!.path, ALLOW_PRIVATE_URLS: 'true' };
    [platform, source] = await Promise.all([FilesPlatform.start(env), startFileSource()]);
    uploads = new DirectUploads(platform.url, platform.apiKey);
    assistant = await Assistant.connect(new URL(`${platform.url}/mcp`), USER);
    token = await platform.connect();
    const picture = sharp({ create: { width: 300, height: 300, channels: 3, background: 'teal' } }).png();
    const base64 = (await picture.toBuffer()).toString('base64');
    ({ fileUrl: image } = await assistant.call<{ fileUrl: string }>('upload_file', { base64 }));
  });
  afterAll(async () => {
    source?.stop();
    await assistant?.close();
    await platform?.stop();
    temporary?.remove();
    data?.remove();
  });

  const byUrl = (bytes: number) =>
    assistant.call('upload_file', { url: source.url(bytes) }).then((file) => JSON.stringify(file), String);
  /** Every way in which a file comes to be; what each of them says. */
  const ways: Record<string, () => Promise<string>> = {
    'a PUT': async () =>
      (await put((await uploads.single(6 * MIB)).uploadUrl, Buffer.alloc(6 * MIB, 1)).answer).body,
    'a part': async () => {
      const url = await uploads.partUrl(await uploads.multipart(6 * MIB), 1);
      const { status, body } = await put(url, Buffer.alloc(6 * MIB, 1)).answer;
      return body || String(status);
    },
    'a URL': () => byUrl(MIB),
    'a URL, by the worker': () => byUrl(9 * MIB),
    base64: () => uploadAsBase64(platform.url, token, 9 * MIB),
    'an output': async () => {
      const run = { endpoint: 'modelrunner/upscale', input: { image } };
      const { requestId } = await assistant.call('run_model', run);
      return JSON.stringify(await assistant.call('wait_for_request', { requestId, timeoutSeconds: 60 }));
    },
  };
  const DONE = /"?(file_url|fileUrl|fileUrl\\)"|^200$|COMPLETED/;

  const fill = (disk: string) => {
    for (const [index, bytes] of [MIB, 64 * 1024, 4_096].entries()) {
      for (let n = 0; ; n += 1) {
        const path = join(disk, `ballast-${index}-${n}`);
        try {
          writeFileSync(path, Buffer.alloc(bytes));
        } catch {
          rmSync(path, { force: true });
          break;
        }
      }
    }
  };
  const makeRoom = (disk: string) =>
    readdirSync(disk)
      .filter((name) => name.startsWith('ballast'))
      .forEach((name) => rmSync(join(disk, name)));
  /** Runs on the temporary disk leave nothing either. */
  const runs = () =>
    readdirSync(temporary!.path, { recursive: true }).filter((name) => /runs\/.*\/./.test(String(name)));

  it.each([
    [
      'for files',
      () => data!.path,
      ['a PUT', 'a part', 'a URL', 'a URL, by the worker', 'base64', 'an output'],
    ],
    ['for temporary files', () => temporary!.path, ['base64', 'an output']],
  ])('%s is told, leaves nothing half-written, and works again with room', async (_, diskOf, affected) => {
    const before = platform.stored();
    fill(diskOf());
    const told: Record<string, string> = {};
    for (const way of affected) told[way] = await ways[way]!();
    expect(told).toEqual(Object.fromEntries(affected.map((way) => [way, expect.stringContaining(FULL)])));
    expect([platform.stored(), runs()]).toEqual([before, []]);
    makeRoom(diskOf());
    for (const way of affected) expect([way, await ways[way]!()]).toEqual([way, expect.stringMatching(DONE)]);
  });
});
