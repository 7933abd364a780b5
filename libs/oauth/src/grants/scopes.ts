/** Use of the MCP endpoint. */
export const MCP_SCOPE = 'mcp';

/** Staying connected: a refresh token even for a client that did not register for it. */
export const OFFLINE_SCOPE = 'offline_access';

/** Everything that can be granted, in the order in which it is told. */
export const GRANTABLE_SCOPES: readonly string[] = [MCP_SCOPE, OFFLINE_SCOPE];

/** RFC 6749 §3.3: printable ASCII without quotes and backslash, separated by spaces. */
export function isWellFormedScope(scope: string): boolean {
  return /^[\x21\x23-\x5b\x5d-\x7e ]*$/.test(scope);
}

export function parseScope(scope: string): string[] {
  return [...new Set(scope.split(' ').filter((token) => token !== ''))];
}

/**
 * What a request for `scope` gets: what there is of it (RFC 6749 §3.3 lets the server narrow, and the token response
 * tells the result). Without `mcp` a connection would be useless, and clients exist that ask for `offline_access`
 * or a scope of their own alone, so `mcp` is always part of it.
 */
export function narrowScope(scope: string | undefined): string[] {
  const requested = parseScope(scope ?? '');
  return GRANTABLE_SCOPES.filter((granted) => granted === MCP_SCOPE || requested.includes(granted));
}

const TEXTS: Record<string, string> = {
  [MCP_SCOPE]: 'Run models, upload files and see your requests and results on this server, in your name',
  [OFFLINE_SCOPE]: 'Stay connected while you are away, until you disconnect it',
};

/** Scopes in plain words, for the person who grants them. */
export function scopeTexts(scopes: readonly string[]): string[] {
  return scopes.map((scope) => TEXTS[scope] ?? scope);
}
