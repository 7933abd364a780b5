import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer as createHttpServer, type RequestListener, type Server } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { type AddressInfo, connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { ROOT } from '../../../apps/demo/src/own-server.js';
import { launchBrowser } from '../../support/browser.js';
import { TestClient, USER } from '../../support/oauth-client.js';
import type { Bench } from './bench.js';
import { row } from './row.js';

const CURSOR = 'cursor://anysphere.cursor-mcp/oauth/callback';
const WEB = 'https://a.example/cb?own=1';
const STATE = 'a+b&c ü';
const ARRIVAL_LIMIT_MS = 15_000;
const COMPLAINT_DELAY_MS = 300;

/** Row U9. */
export function browserRows(bench: () => Bench): void {
  row(
    {
      id: 'U9',
      level: 'MUST',
      source:
        'CSP3 §6.4.2 (form-action applies to redirects), known failures of MCP servers in Chromium and Safari',
      rule: 'In a real browser, with the policy of the consent page in force, a yes and a no both reach the client: on the web, on loopback in either family, and at an application’s own scheme.',
      note: 'A yes is answered by a page that leads on, as what lies behind the client’s address is unknown; a no by a redirect that the page’s form-action names.',
    },
    async () => {
      const callbacks = await Callbacks.start();
      const browser = await launchBrowser();
      try {
        const native = [
          callbacks.loopback4,
          callbacks.loopback6,
          callbacks.loopback4.replace('127.0.0.1', 'localhost'),
        ];
        for (const uri of [WEB, CURSOR, ...native])
          for (const decision of ['approve', 'deny'] as const) {
            const visit = await Visit.start(bench(), browser, callbacks, uri);
            expect({ uri, decision, ...(await visit.decide(decision)) }).toEqual({
              uri,
              decision,
              problems: [],
              foreign: [],
              target: expect.stringMatching(
                decision === 'approve' ? /[?&]code=mrg_/ : /[?&]error=access_denied&/,
              ) as string,
              state: STATE,
              iss: [bench().base],
            });
            await visit.end();
          }
        // The eyes that saw no violation do see one: the same way with a policy that names no target.
        for (const uri of [WEB, CURSOR]) {
          const visit = await Visit.start(bench(), browser, callbacks, uri, `form-action 'self'`);
          const { problems } = await visit.decide('deny');
          expect({ uri, problems }).toEqual({ uri, problems: [expect.stringMatching(/form-action 'self'/)] });
          await visit.end();
        }
      } finally {
        await browser.close();
        callbacks.stop();
      }
    },
    180_000,
  );
}

/** The clients' own servers: one on the web, behind a proxy that stands in for the network, and two on loopback. */
class Callbacks {
  private constructor(
    private readonly servers: Server[],
    /** Every address at which a browser arrived. */
    readonly reached: readonly string[],
    readonly proxy: string,
    readonly loopback4: string,
    readonly loopback6: string,
  ) {}

  static async start(): Promise<Callbacks> {
    const reached: string[] = [];
    const answer =
      (scheme: string): RequestListener =>
      ({ headers, url }, response) => {
        reached.push(`${scheme}://${headers.host}${url}`);
        response.setHeader('content-type', 'text/html').end('You may close this window.');
      };
    const tls = join(ROOT, 'test/support/tls');
    const web = createHttpsServer(
      { cert: readFileSync(join(tls, 'cert.pem')), key: readFileSync(join(tls, 'key.pem')) },
      answer('https'),
    );
    const loopback4 = createHttpServer(answer('http'));
    const loopback6 = createHttpServer(answer('http'));
    const proxy = createHttpServer((_, response) => response.writeHead(502).end());
    proxy.on('connect', (request, socket, head) => {
      if (request.url !== 'a.example:443') return socket.destroy();
      const upstream = connect((web.address() as AddressInfo).port, '127.0.0.1', () => {
        socket.write('HTTP/1.1 200 OK\r\n\r\n');
        upstream.write(head);
        upstream.pipe(socket).pipe(upstream);
      });
      for (const each of [socket, upstream]) each.on('error', () => socket.destroy());
    });
    const servers: [Server, string][] = [
      [web, '127.0.0.1'],
      [loopback4, '127.0.0.1'],
      [loopback6, '::1'],
      [proxy, '127.0.0.1'],
    ];
    for (const [server, host] of servers) await once(server.listen(0, host), 'listening');
    const port = (server: Server): number => (server.address() as AddressInfo).port;
    return new Callbacks(
      servers.map(([server]) => server),
      reached,
      `http://127.0.0.1:${port(proxy)}`,
      `http://127.0.0.1:${port(loopback4)}/cb`,
      `http://[::1]:${port(loopback6)}/cb`,
    );
  }

  stop(): void {
    for (const server of this.servers) {
      server.close();
      server.closeAllConnections();
    }
  }
}

/** One person's way to the consent page of a fresh client, and what the browser did and complained about there. */
class Visit {
  private readonly problems: string[] = [];
  private readonly requested: string[] = [];
  /** Where a redirect was to lead that left the web, which no server of ours can see. */
  private readonly handedOver: string[] = [];
  private readonly arrivedBefore: number;

  private constructor(
    private readonly bench: Bench,
    private readonly callbacks: Callbacks,
    private readonly uri: string,
    private readonly context: BrowserContext,
    private readonly page: Page,
  ) {
    this.arrivedBefore = callbacks.reached.length;
    page.on('console', (message) => message.type() === 'error' && this.problems.push(message.text()));
    page.on('pageerror', (error) => this.problems.push(error.message));
    page.on('request', (request) => this.requested.push(request.url()));
  }

  /** @param formAction what the consent page's policy is to say instead */
  static async start(bench: Bench, browser: Browser, callbacks: Callbacks, uri: string, formAction?: string) {
    const client = await TestClient.register(bench.base, {
      client_name: 'In a browser',
      redirect_uris: [uri],
    });
    const proxy = { server: callbacks.proxy, bypass: 'localhost,127.0.0.1,[::1]' };
    const context = await browser.newContext({ ignoreHTTPSErrors: true, proxy });
    const visit = new Visit(bench, callbacks, uri, context, await context.newPage());
    await visit.toConsent(client.authorizePath({ state: STATE }), formAction);
    return visit;
  }

  private async toConsent(path: string, formAction?: string): Promise<void> {
    const { page, context, bench } = this;
    const devTools = await context.newCDPSession(page);
    await devTools.send('Network.enable');
    devTools.on('Network.responseReceivedExtraInfo', ({ headers }) => {
      const location = headers.Location ?? headers.location ?? '';
      if (!/^(https?:|\/|$)/.test(location)) this.handedOver.push(location);
    });
    await page.goto(bench.base + path);
    await page.fill('input[name=email]', USER.email);
    await page.fill('input[name=password]', USER.password);
    await page.press('input[name=password]', 'Enter');
    await page.waitForSelector('button[name=decision]');
    if (formAction !== undefined) await this.changePolicy(formAction);
    for (const { value } of await context.cookies())
      bench.ledger.add('session id', value.split('.')[0] ?? '');
  }

  private async changePolicy(formAction: string): Promise<void> {
    await this.page.route('**/consent?*', async (route) => {
      const response = await route.fetch();
      const headers = response.headers();
      const policy = headers['content-security-policy']?.replace(/form-action [^;]*/, formAction) ?? '';
      await route.fulfill({ response, headers: { ...headers, 'content-security-policy': policy } });
    });
    await this.page.reload();
    await this.page.waitForSelector('button[name=decision]');
  }

  /** Presses the button and tells where the browser came to, and of what it complained. */
  async decide(decision: 'approve' | 'deny') {
    const { page, bench } = this;
    await page.click(`button[name=decision][value=${decision}]`, { noWaitAfter: true });
    const deadline = Date.now() + ARRIVAL_LIMIT_MS;
    while (this.target === undefined && this.problems.length === 0 && Date.now() < deadline) await delay(20);
    // A complaint about a redirect comes after the redirect.
    await delay(COMPLAINT_DELAY_MS);
    const { target = '' } = this;
    const query = new URL(target || 'none:').searchParams;
    for (const [code] of target.matchAll(/mrg_[\w-]{43}/g)) bench.ledger.add('issued', code);
    return {
      target: this.target,
      state: query.get('state'),
      iss: query.getAll('iss'),
      problems: this.problems,
      foreign: this.requested.filter((url) => !url.startsWith(`${bench.base}/`) && !url.startsWith(this.uri)),
    };
  }

  end(): Promise<void> {
    return this.context.close();
  }

  /** Where the browser is by now, outside this server. */
  private get target(): string | undefined {
    const seen = [
      ...this.callbacks.reached.slice(this.arrivedBefore),
      ...this.handedOver,
      // A page leads on to an application's own scheme by a request that goes nowhere.
      ...this.requested.filter((url) => !/^https?:/.test(url)),
    ];
    return seen.find((url) => url.startsWith(this.uri));
  }
}
