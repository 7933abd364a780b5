import { json, type JsonAnswer } from '../oauth-client.js';
import type { Persona } from './persona.js';

const TIMEOUT_MS = 20_000;

/** Content types that a page may send to another origin without asking (Fetch standard, CORS-safelisted). */
const SAFE_CONTENT_TYPE = /^(application\/x-www-form-urlencoded|multipart\/form-data|text\/plain)(;|$)/;
const SAFE_HEADERS = ['accept', 'accept-language', 'content-language', 'content-type'];

export interface Request {
  method: 'GET' | 'POST';
  /** Who of the client asks: its part that signs in, or the one that speaks MCP. */
  as: 'oauth' | 'mcp';
  headers?: Record<string, string>;
  body?: string;
}

/**
 * Sends requests as the client does: under its name, and when it lives in a page, with its origin, after the
 * preflights that a browser makes, and with the browser's look at what a page may read.
 */
export class PersonaHttp {
  constructor(private readonly persona: Persona) {}

  async send(url: string, { method, as, headers = {}, body }: Request): Promise<JsonAnswer> {
    await this.preflight(url, method, headers);
    const { userAgent, origin } = this.persona;
    const response = await fetch(url, {
      method,
      body,
      redirect: 'error',
      signal: AbortSignal.timeout(TIMEOUT_MS),
      headers: { ...headers, ...(userAgent && { 'user-agent': userAgent[as] }), ...(origin && { origin }) },
    });
    if (origin)
      expect({ url, allowed: response.headers.get('access-control-allow-origin') }).toEqual({
        url,
        allowed: '*',
      });
    return readAnswer(response);
  }

  /** What a browser asks first, and what it must hear to go on. */
  private async preflight(url: string, method: string, headers: Record<string, string>): Promise<void> {
    const { origin } = this.persona;
    const unsafe = Object.keys(headers).filter((name) => !isSafe(name, headers[name] ?? ''));
    if (!origin || unsafe.length === 0) return;
    const response = await fetch(url, {
      method: 'OPTIONS',
      signal: AbortSignal.timeout(TIMEOUT_MS),
      headers: {
        origin,
        'access-control-request-method': method,
        'access-control-request-headers': unsafe.sort().join(','),
      },
    });
    const allowed = response.headers.get('access-control-allow-headers') ?? '';
    expect({ url, ok: response.ok, origin: response.headers.get('access-control-allow-origin') }).toEqual({
      url,
      ok: true,
      origin: '*',
    });
    expect(allowed.toLowerCase().split(/\s*,\s*/)).toEqual(expect.arrayContaining(unsafe));
  }
}

const isSafe = (name: string, value: string): boolean =>
  name === 'content-type' ? SAFE_CONTENT_TYPE.test(value) : SAFE_HEADERS.includes(name);

/** JSON, or the last message of an event stream. */
async function readAnswer(response: Response): Promise<JsonAnswer> {
  if (!response.headers.get('content-type')?.startsWith('text/event-stream')) return json(response);
  const { status, headers } = response;
  const messages = [...(await response.text()).matchAll(/^data: (.+)$/gm)];
  return { status, headers, body: JSON.parse(messages.at(-1)?.[1] ?? '{}') as Record<string, unknown> };
}
