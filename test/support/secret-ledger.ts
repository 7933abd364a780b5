/** Everything that this server issues carries a prefix: codes, tokens, client secrets and API keys. */
const ISSUED = /\bmr[agrsk]_[\w-]{43}\b/g;

/**
 * Notes every secret that passes through `fetch` in a test: what the server issued in bodies, addresses and cookies,
 * and what the test sent (passwords, PKCE verifiers). So a dump can be searched for all of them afterwards.
 */
export class SecretLedger {
  /** By kind, for a failure that says what leaked. */
  private readonly noted = new Map<string, string>();

  get size(): number {
    return this.noted.size;
  }

  add(kind: string, secret: string): void {
    if (secret.length >= 12) this.noted.set(secret, kind);
  }

  /** The kinds of the secrets that occur in `text`, each with its first characters. */
  leaksIn(text: string): string[] {
    return [...this.noted]
      .filter(([secret]) => text.includes(secret) || text.includes(encodeURIComponent(secret)))
      .map(([secret, kind]) => `${kind} ${secret.slice(0, 8)}…`);
  }

  /** `fetch`, watched. */
  watch(fetchReally: typeof fetch): typeof fetch {
    return async (input, init) => {
      this.noteSent(init);
      const response = await fetchReally(input, init);
      this.noteAnswer(response.headers);
      const type = response.headers.get('content-type') ?? '';
      if (/json|html/.test(type)) this.noteIssued(await response.clone().text());
      return response;
    };
  }

  private noteSent(init: RequestInit | undefined): void {
    if (!(init?.body instanceof URLSearchParams)) return;
    for (const name of ['password', 'current_password', 'new_password', 'code_verifier']) {
      const value = init.body.get(name);
      if (value) this.add(name, value);
    }
  }

  private noteAnswer(headers: Headers): void {
    this.noteIssued(headers.get('location') ?? '');
    for (const cookie of headers.getSetCookie()) {
      const [, value = ''] = /^(?:__Host-)?sid=([^;]*)/.exec(cookie) ?? [];
      const [sessionId = ''] = decodeURIComponent(value).split('.');
      this.add('session id', sessionId);
    }
  }

  private noteIssued(text: string): void {
    for (const [secret] of text.matchAll(ISSUED)) this.add('issued', secret);
  }
}
