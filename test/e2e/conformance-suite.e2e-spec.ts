import { join } from 'node:path';
import { signInAndApprove } from '../../apps/demo/src/browser-walk.js';
import { ROOT } from '../../apps/demo/src/own-server.js';
import { startBearerProxy } from '../support/bearer-proxy.js';
import { runConformanceSuite, summaryOf } from '../support/conformance-suite.js';
import { freePort } from '../support/free-port.js';
import { Browser, TestClient, USER } from '../support/oauth-client.js';
import { type OAuthServers, prepareOAuthServers } from '../support/oauth-server.js';

jest.setTimeout(90_000);

const BASELINE = join(ROOT, 'test/support/conformance-baseline.yml');

/** The protocol's own conformance suite, as its makers publish it, against the built server. */
describe('official conformance suite', () => {
  let servers: OAuthServers;
  let issuer: string;

  beforeAll(async () => {
    servers = await prepareOAuthServers();
    issuer = (await servers.start()).url;
  });

  afterAll(() => servers?.stop());

  it('is content with the authorization server', async () => {
    const port = await freePort();
    const redirectUri = `http://127.0.0.1:${port}/callback`;
    const client = await TestClient.register(issuer, { redirect_uris: [redirectUri] });
    const person = personAtTheBrowser(redirectUri);
    const { exitCode, output } = await runConformanceSuite(
      [
        ...['authorization', '--url', issuer, '--client-id', client.clientId],
        ...['--resource', `${issuer}/mcp`, '--port', String(port)],
      ],
      person.look,
    );
    await person.done();
    expect({ exitCode, summary: summaryOf(output) }).toEqual({
      exitCode: 0,
      summary: {
        'authorization-server-metadata-endpoint': 'passed',
        'authorization-code-grant': 'passed',
      },
    });
  });

  it.each(['2025-11-25', '2026-07-28'])('finds nothing new at /mcp by revision %s', async (revision) => {
    const { access_token } = await (await TestClient.register(issuer)).connect(new Browser(issuer));
    const proxy = await startBearerProxy(issuer, access_token);
    const { exitCode, output } = await runConformanceSuite([
      ...['server', '--url', `${proxy.url}/mcp`, '--suite', 'all', '--spec-version', revision],
      ...['--expected-failures', BASELINE],
    ]);
    proxy.stop();
    expect({ exitCode, problems: exitCode === 0 ? '' : output.slice(-3_000) }).toEqual({
      exitCode: 0,
      problems: '',
    });
    expect(summaryOf(output)).toMatchObject({ 'tools-list': 'passed', 'dns-rebinding-protection': 'passed' });
  });
});

/** Opens the address that the suite prints, signs in, allows, and goes where the server then sends the browser. */
function personAtTheBrowser(redirectUri: string) {
  let visit: Promise<unknown> | undefined;
  return {
    look: (output: string): void => {
      const [address] = /^http\S+\/oauth\/authorize\?\S+(?=\n)/m.exec(output) ?? [];
      if (address) visit ??= signInAndApprove(new URL(address), redirectUri, USER).then((url) => fetch(url));
    },
    done: () => visit,
  };
}
