import { setTimeout as sleep } from 'node:timers/promises';
import { bearer, Browser, TestClient } from '../support/oauth-client.js';
import type { Random } from './random.js';

/** What goes wrong, and how often in a hundred. The rest works. */
const WRONGS: readonly (readonly [what: string, percent: number])[] = [
  ['crash', 3],
  ['hang', 2],
  ['fill memory', 2],
  ['broken output', 4],
];

interface ToolResult {
  isError?: boolean;
  structuredContent?: Record<string, unknown>;
}

/**
 * One user's assistant: submits with a key, again and again until the server says that it has it, and waits for the
 * end on whichever api answers. Some waits are dropped in the middle.
 */
export class Person {
  /** Keys of everything that was accepted, with the request that the server named. */
  readonly accepted = new Map<string, string>();
  readonly surprises: string[] = [];

  private constructor(
    private readonly name: string,
    private readonly apis: string[],
    private readonly token: string,
    private readonly endpoint: string,
    private readonly random: Random,
  ) {}

  static async signIn(
    credentials: { email: string; password: string },
    apis: string[],
    endpoint: string,
    random: Random,
  ): Promise<Person> {
    const [issuer = ''] = apis;
    const client = await TestClient.register(issuer);
    const page = await client.consent(new Browser(issuer), {}, 'approve', credentials);
    const [, code = ''] = /[?&;]code=([^&"]+)/.exec(page.body) ?? [];
    const { body } = await client.redeem(code);
    return new Person(credentials.email, apis, body.access_token as string, endpoint, random);
  }

  /** Submits `count` requests, a few at a time, and waits for the end of each. */
  async work(count: number, atOnce: number): Promise<void> {
    let next = 0;
    const lane = async (): Promise<void> => {
      while (next < count) {
        next += 1;
        await this.one(next);
      }
    };
    await Promise.all(Array.from({ length: atOnce }, lane));
  }

  private async one(number: number): Promise<void> {
    const key = `${this.name} ${number}`;
    const input = { number, milliseconds: this.random.between(20, 150), do: this.wrong() };
    const submitted = await this.patiently('run_model', {
      endpoint: this.endpoint,
      input,
      idempotencyKey: key,
    });
    const requestId = String(submitted.requestId);
    const before = this.accepted.get(key);
    if (before !== undefined && before !== requestId)
      this.surprises.push(`${key} is ${before} and ${requestId}`);
    this.accepted.set(key, requestId);
    for (;;) {
      if (this.random.next() < 0.2) await this.dropAWait(requestId);
      const result = await this.patiently('wait_for_request', { requestId, timeoutSeconds: 20 });
      if (result.timedOut !== true) return;
    }
  }

  private wrong(): string {
    let dice = this.random.next() * 100;
    for (const [what, percent] of WRONGS) {
      if (dice < percent) return what;
      dice -= percent;
    }
    return 'work';
  }

  private async dropAWait(requestId: string): Promise<void> {
    const signal = AbortSignal.timeout(this.random.between(20, 300));
    await this.call('wait_for_request', { requestId, timeoutSeconds: 60 }, signal).catch(() => undefined);
  }

  /** Until an api answers. An answer that is an error of the tool is a surprise: nothing here asks for one. */
  private async patiently(tool: string, args: object): Promise<Record<string, unknown>> {
    for (;;) {
      const result = await this.call(tool, args, AbortSignal.timeout(60_000)).catch(() => undefined);
      if (result?.structuredContent && !result.isError) return result.structuredContent;
      if (result?.isError && !/again|moment|log has the cause/i.test(JSON.stringify(result))) {
        this.surprises.push(`${tool}: ${JSON.stringify(result).slice(0, 300)}`);
      }
      await sleep(this.random.between(100, 400));
    }
  }

  private async call(tool: string, args: object, signal: AbortSignal): Promise<ToolResult | undefined> {
    const response = await fetch(`${this.random.pick(this.apis)}/mcp`, {
      method: 'POST',
      signal,
      headers: {
        ...bearer(this.token),
        'content-type': 'application/json',
        accept: 'application/json, text/event-stream',
      },
      body: JSON.stringify({
        jsonrpc: '2.0',
        id: 1,
        method: 'tools/call',
        params: { name: tool, arguments: args },
      }),
    });
    const text = await response.text();
    const data = text.startsWith('{') ? text : (/^data: (.*"result".*)$/m.exec(text)?.[1] ?? '{}');
    return (JSON.parse(data) as { result?: ToolResult }).result;
  }
}
