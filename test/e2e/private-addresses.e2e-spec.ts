import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import sharp from 'sharp';
import { Assistant } from '../../apps/demo/src/assistant.js';
import { ROOT } from '../../apps/demo/src/own-server.js';
import { type DocumentServer, startDocumentServer, TEST_CA_PATH } from '../support/document-server.js';
import { FilesPlatform } from '../support/files-platform.js';
import { USER } from '../support/oauth-client.js';

jest.setTimeout(120_000);

const preload = (name: string) => `--import=${pathToFileURL(join(ROOT, 'test/support', name)).href}`;
const [PUBLIC, HERE] = [['93.184.215.14'], ['127.0.0.1']];
const REFUSED = /is not a public address/;
const REFUSED_OR_UNREACHABLE = /is not a public address|could not be fetched/;
/** What the name server says the first time, the second time, … */
const NAMES = {
  'inside.test': [HERE],
  'mixed.test': [[...PUBLIC, ...HERE]],
  // For a check, and then for the connection; whoever asks once gets an address at which nobody answers.
  'rebind.test': [PUBLIC, HERE],
};

/** A server on the internet, as the platform sees it, that sends its visitors to a server of the private network. */
describe('an address of the private network', () => {
  let internet: DocumentServer;
  let inside: Server;
  let connections = 0;
  let picture: Buffer;
  let platform: FilesPlatform;
  let assistant: Assistant;

  beforeAll(async () => {
    picture = await sharp({ create: { width: 64, height: 64, channels: 3, background: 'teal' } })
      .png()
      .toBuffer();
    internet = await startDocumentServer();
    inside = createServer((_, response) => response.end(picture)).on('connection', () => (connections += 1));
    await once(inside.listen(0, '127.0.0.1'), 'listening');
    platform = await FilesPlatform.start({
      ALLOW_PRIVATE_URLS: 'false',
      NODE_OPTIONS: `${preload('name-answers.mjs')} ${preload('internet-stand-in.mjs')}`,
      NAME_ANSWERS: JSON.stringify(NAMES),
      INTERNET_STAND_IN: JSON.stringify({ 'app.test': Number(new URL(internet.origin).port) }),
      NODE_EXTRA_CA_CERTS: TEST_CA_PATH,
    });
    assistant = await Assistant.connect(new URL(`${platform.url}/mcp`), USER);
  });
  afterAll(async () => {
    await assistant?.close();
    await platform?.stop();
    await internet?.close();
    inside?.close();
  });

  const publish = (path: string, status: number, headers: Record<string, string>) => {
    internet.route(path, (_, response) =>
      response.writeHead(status, headers).end(status === 200 ? picture : ''),
    );
    return `https://app.test${path}`;
  };
  /** Through the tool that stores a file, and as the input of a model. */
  const ways: Record<string, (url: string) => Promise<string>> = {
    upload_file: (url) => assistant.call('upload_file', { url }).then((file) => JSON.stringify(file), String),
    run_model: async (image) => {
      const run = { endpoint: 'modelrunner/upscale', input: { image } };
      const outcome = assistant
        .call('run_model', run)
        .then(({ requestId }) => assistant.call('wait_for_request', { requestId, timeoutSeconds: 60 }));
      return outcome.then((request) => JSON.stringify(request), String);
    },
  };

  describe.each(Object.keys(ways))('by %s', (way) => {
    it('is told from one that is public, which is fetched', async () => {
      const url = publish('/picture.png', 200, { 'content-type': 'image/png' });
      const again = publish('/moved', 302, { location: '/picture.png' });
      for (const reached of [url, again]) expect(await ways[way]!(reached)).toMatch(/fileUrl|COMPLETED/);
    });

    it.each([
      '127.0.0.1',
      'localhost',
      '2130706433',
      '[::ffff:127.0.0.1]',
      'inside.test',
      'mixed.test',
      'rebind.test',
    ])('%s is not connected to, neither at once nor by a redirect', async (host) => {
      const before = connections;
      const url = `http://${host}:${(inside.address() as AddressInfo).port}/picture.png`;
      const redirected = publish(`/to/${way}/${host.replace(/\W/g, '-')}`, 302, { location: url });
      const answers = [await ways[way]!(redirected), await ways[way]!(url)];
      const refusal = host === 'rebind.test' ? REFUSED_OR_UNREACHABLE : REFUSED;
      expect(answers).toEqual(Array(2).fill(expect.stringMatching(refusal)));
      expect(connections).toBe(before);
    });
  });

  it('is not connected to by the worker either, when a large file has moved there meanwhile', async () => {
    const before = connections;
    const { port } = inside.address() as AddressInfo;
    let asked = 0;
    internet.route('/large', (_, response) => {
      if ((asked += 1) > 1)
        return void response.writeHead(302, { location: `http://127.0.0.1:${port}/` }).end();
      response.writeHead(200, { 'content-length': 9 * 1024 * 1024 }).write('the first byte');
    });
    expect(await ways.upload_file!('https://app.test/large')).toMatch(REFUSED);
    expect([asked, connections]).toEqual([2, before]);
  });
});
