import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, type RequestListener } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { type AddressInfo, connect, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import type { Page } from 'playwright-core';

const TLS = join(import.meta.dirname, 'tls');

/** Where clients wait for their browser: on this machine, on the web, and behind schemes of their own. */
export class Callbacks {
  /** Every address that a browser came to, in order. */
  readonly arrivals: string[] = [];
  private readonly servers: Server[] = [];

  static async listen(): Promise<Callbacks> {
    const callbacks = new Callbacks();
    const tls = { key: readFileSync(join(TLS, 'key.pem')), cert: readFileSync(join(TLS, 'cert.pem')) };
    const servers = [
      createServer(callbacks.welcome('http')),
      createHttpsServer(tls, callbacks.welcome('https')),
      createServer().on('connect', callbacks.tunnel),
    ];
    for (const server of servers) {
      callbacks.servers.push(server);
      await once(server.listen(0, '127.0.0.1'), 'listening');
    }
    return callbacks;
  }

  /** Origin of the client on this machine. */
  get loopback(): string {
    return `http://127.0.0.1:${this.port(0)}`;
  }

  /** A proxy that leads every https address here. */
  get proxy(): string {
    return `http://127.0.0.1:${this.port(2)}`;
  }

  /** No server answers `cursor:`; the browser tells where it would go. */
  async watchPrivateSchemes(page: Page): Promise<void> {
    const session = await page.context().newCDPSession(page);
    await session.send('Page.enable');
    session.on('Page.frameRequestedNavigation', ({ url }) => {
      if (!/^https?:/.test(url)) this.arrivals.push(url);
    });
  }

  close(): void {
    for (const server of this.servers) server.close();
  }

  private welcome(scheme: string): RequestListener {
    return (request, response) => {
      this.arrivals.push(`${scheme}://${request.headers.host}${request.url}`);
      response.writeHead(200, { 'content-type': 'text/html', connection: 'close' });
      response.end('<!doctype html><title>The client</title>You may close this window.');
    };
  }

  private readonly tunnel = (_request: unknown, browser: Socket): void => {
    const server = connect(this.port(1), '127.0.0.1', () => {
      browser.write('HTTP/1.1 200 OK\r\n\r\n');
      browser.pipe(server).pipe(browser);
    });
    for (const socket of [browser, server]) socket.on('error', () => socket.destroy());
  };

  private port(index: number): number {
    return (this.servers[index]?.address() as AddressInfo).port;
  }
}
