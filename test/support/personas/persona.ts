import type { Fields, JsonAnswer, Tokens } from '../oauth-client.js';

/**
 * What one client of other people's making sends, as data: so a reader sees at a glance what it does, and
 * `connect.ts` does it. Each value is what the client was seen to send, with the public source that says so.
 */
export interface Persona {
  name: string;
  /** Where the facts below were found. */
  sources: readonly string[];
  /** The name it goes by: where it registers and fetches tokens, and at /mcp. A browser says its own. */
  userAgent?: { oauth: string; mcp: string };
  /** A client in a browser page: it sends its origin with everything, and asks before most of it (preflight). */
  origin?: string;
  /** The revision of MCP that it asks for in `initialize`. */
  mcpRevision: string;
  discovery: Discovery;
  /** The body of its dynamic registration (RFC 7591). */
  registration: Readonly<Record<string, unknown>>;
  /** Where it takes the endpoints from; some clients guess `/authorize`, `/token` and `/register` at the root. */
  endpoints?: 'advertised' | 'guessed';
  /** It fetches the authorization URL itself, before it opens the browser at the same address. */
  preflightsAuthorization?: boolean;
  /** Each way in which it was seen to ask for authorization; every one of them is walked to the end. */
  authorizations: readonly Authorization[];
  /** The document behind its `client_id`, for clients that have one (Client ID Metadata Documents). */
  metadataDocument?: MetadataDocument;
  refresh: Refresh;
  /** What it checks in answers, and gives up or goes astray if it is otherwise. */
  checks?: Checks;
}

export interface Discovery {
  headers?: Readonly<Record<string, string>>;
  /** What it asks before it knows the server, in its order, and how this server answers. */
  requests: readonly Probe[];
}

/** For instance `['GET', '/.well-known/openid-configuration', 404]`. */
export type Probe = readonly [method: 'GET' | 'POST', path: string, status: 200 | 401 | 404];

export interface Authorization {
  redirectUri: string;
  scope?: string;
  prompt?: 'consent';
  state: string;
  /** How often it says `resource` (RFC 8707); once, unless this says otherwise. None: never, at no endpoint. */
  resources?: number;
}

export interface MetadataDocument {
  /** As its maker publishes it; `client_id` is its URL. */
  content: Readonly<Record<string, unknown> & { client_id: string }>;
  /** Instead of those of the registration, where it then asks for others. */
  authorizations: readonly Authorization[];
}

export interface Refresh {
  /** Absent: it leaves scope out. */
  scope?: string;
  contentType?: string;
  /** Sessions that share one stored token, and all refresh it at once. */
  atOnce?: number;
}

export interface Checks {
  /** @param document the protected resource metadata, @param mcpUrl as the user typed it */
  protectedResource?(document: Record<string, unknown>, mcpUrl: string): void;
  authorizationServer?(document: Record<string, unknown>): void;
  registration?(sent: Readonly<Record<string, unknown>>, answer: JsonAnswer): void;
  tokens?(tokens: Tokens, sent: Fields): void;
}

/** Well-known addresses, shortly. */
export const WELL_KNOWN = {
  resource: '/.well-known/oauth-protected-resource/mcp',
  rootResource: '/.well-known/oauth-protected-resource',
  server: '/.well-known/oauth-authorization-server',
  serverUnderPath: '/.well-known/oauth-authorization-server/mcp',
  openId: '/.well-known/openid-configuration',
} as const;

/** Where the issues and files that the sources name are to be found. */
export const github = (reference: string): string => `https://github.com/${reference}`;
