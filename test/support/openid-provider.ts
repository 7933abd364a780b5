import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { freePort } from './free-port.js';
import { Browser } from './oauth-client.js';

/** What the provider says of an account: OpenID Connect's standard claims. */
export interface ProviderAccount {
  email?: string;
  email_verified?: boolean;
  name?: string;
}

export interface OpenIdProviderOptions {
  /** Where the server under test takes the answer. */
  redirectUri: string;
  /** By login, which is also the subject. */
  accounts: Record<string, ProviderAccount>;
  /** Unset: a public client. */
  secret?: string;
  /** Else e-mail and name are told by UserInfo only. */
  claimsInIdToken?: boolean;
  /** To come back where another one was. */
  port?: number;
}

/** A running `oidc-provider`. */
export class OpenIdProvider {
  static readonly clientId = 'modelrunner';

  private constructor(
    readonly port: number,
    readonly stop: () => Promise<void>,
  ) {}

  static async start(options: OpenIdProviderOptions): Promise<OpenIdProvider> {
    const port = options.port ?? (await freePort());
    const child = spawn(process.execPath, [join(import.meta.dirname, 'openid-provider.mjs')], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, PROVIDER: JSON.stringify(settings(options, port)) },
    });
    let output = '';
    child.stderr.on('data', (chunk: Buffer) => (output += String(chunk)));
    const gone = once(child, 'exit');
    const stop = async () => {
      child.kill('SIGKILL');
      await gone;
    };
    const ready = new Promise<void>((resolve) => {
      child.stdout.on('data', (chunk: Buffer) => {
        output += String(chunk);
        if (/^ready$/m.test(output)) resolve();
      });
    });
    await Promise.race([
      ready,
      gone.then(() => Promise.reject(new Error(`the provider did not start:\n${output}`))),
    ]);
    return new OpenIdProvider(port, stop);
  }

  get issuer(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /**
   * What a person does there, from the address that the server under test sent the browser to.
   * @param person keep it to come back as somebody whom the provider knows already
   * @returns the address that the provider sends the browser back to, with its answer
   */
  async visit(
    address: string,
    { login, decision = 'in' }: { login: string; decision?: 'in' | 'no' },
    person = new Browser(this.issuer),
  ): Promise<string> {
    let page = await person.get(address);
    while (page.location?.startsWith(this.issuer)) {
      const asked = new URL(page.location).pathname.startsWith('/interaction/');
      page = asked ? await person.post(page.location, { login, decision }) : await person.get(page.location);
    }
    if (page.location) return page.location;
    throw new Error(`the provider answered ${page.status}: ${page.body.slice(0, 2_000)}`);
  }
}

/** What the program is told. */
function settings(options: OpenIdProviderOptions, port: number): object {
  const { redirectUri, secret, accounts, claimsInIdToken } = options;
  const client = {
    client_id: OpenIdProvider.clientId,
    redirect_uris: [redirectUri],
    response_types: ['code'],
    grant_types: ['authorization_code'],
    ...(secret === undefined
      ? { token_endpoint_auth_method: 'none' }
      : { token_endpoint_auth_method: 'client_secret_basic', client_secret: secret }),
  };
  return { port, accounts, claimsInIdToken, clients: [client] };
}
