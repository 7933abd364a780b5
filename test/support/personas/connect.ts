import { createHash, randomBytes } from 'node:crypto';
import { signInAndApprove } from '../../../apps/demo/src/browser-walk.js';
import { type Fields, form, type JsonAnswer, type Tokens, USER } from '../oauth-client.js';
import { type Authorization, type Persona, WELL_KNOWN } from './persona.js';
import { PersonaHttp } from './persona-http.js';
import { callTool, useTools } from './use-tools.js';

/** What the client learnt about the server. */
interface Server {
  mcpUrl: string;
  issuer: string;
  authorize: string;
  token: string;
  register: string;
}

/** Who the client is to the server. */
interface Identity {
  id: string;
  secret?: string;
  authorizations: readonly Authorization[];
}

/** How the client makes itself known: by registering, or by the address of its metadata document. */
export type Introduction = 'registration' | 'document';

/**
 * Goes the client's whole way, once for each authorization that it was seen to ask for: discovery, introduction,
 * sign-in and consent on the server's own pages, tokens, tools, refresh, tools again.
 *
 * @param base the server's address, without a trailing slash
 */
export async function connectAs(persona: Persona, base: string, introduction: Introduction): Promise<void> {
  const http = new PersonaHttp(persona);
  const server = await discover(http, persona, base);
  const identity =
    introduction === 'document' ? documentIdentity(persona) : await register(http, persona, server);
  for (const authorization of identity.authorizations) {
    const tokens = await authorize(http, persona, server, identity, authorization);
    await useTools(http, server.mcpUrl, persona.mcpRevision, tokens.access_token);
    for (const refreshed of await refresh(http, persona, server, identity, authorization, tokens)) {
      await callTool(http, server.mcpUrl, persona.mcpRevision, refreshed.access_token);
    }
  }
}

/** Whether the server takes clients by their metadata documents, as those clients find it out. */
export async function takesDocuments(base: string): Promise<boolean> {
  const metadata = (await (await fetch(`${base}${WELL_KNOWN.server}`)).json()) as Record<string, unknown>;
  const methods = metadata.token_endpoint_auth_methods_supported as string[];
  return metadata.client_id_metadata_document_supported === true && methods.includes('none');
}

async function discover(http: PersonaHttp, persona: Persona, base: string): Promise<Server> {
  const mcpUrl = `${base}/mcp`;
  const answers = new Map<string, Record<string, unknown>>();
  for (const [method, path, status] of persona.discovery.requests) {
    const body = method === 'POST' ? '{"jsonrpc":"2.0","id":0,"method":"ping"}' : undefined;
    const headers = { ...persona.discovery.headers, ...(body && { 'content-type': 'application/json' }) };
    const answer = await http.send(`${base}${path}`, {
      method,
      as: path === '/mcp' ? 'mcp' : 'oauth',
      headers,
      body,
    });
    expect({ path, status: answer.status, type: answer.headers.get('content-type') }).toEqual({
      path,
      status,
      type: expect.stringMatching(/^application\/json/),
    });
    if (status === 401) expectChallenge(answer, base);
    answers.set(path, answer.body);
  }
  const metadata = answers.get(WELL_KNOWN.server) ?? {};
  persona.checks?.protectedResource?.(answers.get(WELL_KNOWN.resource) ?? {}, mcpUrl);
  persona.checks?.authorizationServer?.(metadata);
  return { mcpUrl, issuer: metadata.issuer as string, ...endpoints(persona, base, metadata) };
}

function endpoints(persona: Persona, base: string, metadata: Record<string, unknown>) {
  if (persona.endpoints === 'guessed')
    return { authorize: `${base}/authorize`, token: `${base}/token`, register: `${base}/register` };
  return {
    authorize: metadata.authorization_endpoint as string,
    token: metadata.token_endpoint as string,
    register: metadata.registration_endpoint as string,
  };
}

/** A client without a token must find the metadata and the scope in the challenge. */
function expectChallenge({ headers }: JsonAnswer, base: string): void {
  expect(headers.get('www-authenticate')).toBe(
    `Bearer resource_metadata="${base}${WELL_KNOWN.resource}", scope="mcp"`,
  );
}

function documentIdentity({ metadataDocument }: Persona): Identity {
  if (!metadataDocument) throw new Error('this client has no metadata document');
  return { id: metadataDocument.content.client_id, authorizations: metadataDocument.authorizations };
}

async function register(http: PersonaHttp, persona: Persona, server: Server): Promise<Identity> {
  const { registration, authorizations } = persona;
  const answer = await http.send(server.register, {
    method: 'POST',
    as: 'oauth',
    headers: { 'content-type': 'application/json', accept: 'application/json' },
    body: JSON.stringify(registration),
  });
  expect({ status: answer.status, body: answer.body }).toMatchObject({
    status: 201,
    body: {
      client_name: registration.client_name,
      redirect_uris: registration.redirect_uris,
      token_endpoint_auth_method: registration.token_endpoint_auth_method,
    },
  });
  persona.checks?.registration?.(registration, answer);
  return {
    id: answer.body.client_id as string,
    secret: answer.body.client_secret as string | undefined,
    authorizations,
  };
}

/** Through the pages, as the person who sits before the browser, and back with a code for tokens. */
async function authorize(
  http: PersonaHttp,
  persona: Persona,
  server: Server,
  identity: Identity,
  authorization: Authorization,
): Promise<Tokens> {
  const verifier = randomBytes(32).toString('base64url');
  const url = authorizationUrl(server, identity, authorization, verifier);
  if (persona.preflightsAuthorization) await fetchBeforeTheBrowser(url);
  const callback = await signInAndApprove(url, authorization.redirectUri, USER);
  expect(callback.searchParams.getAll('state')).toEqual([authorization.state]);
  expect(callback.searchParams.getAll('iss')).toEqual([server.issuer]);
  const tokens = await requestTokens(http, server, identity, {
    grant_type: 'authorization_code',
    code: callback.searchParams.get('code') ?? '',
    code_verifier: verifier,
    redirect_uri: authorization.redirectUri,
    resource: resourceOf(server, authorization),
  });
  persona.checks?.tokens?.(tokens, { scope: authorization.scope });
  return tokens;
}

function authorizationUrl(
  server: Server,
  { id }: Identity,
  { redirectUri, scope, prompt, state, resources = 1 }: Authorization,
  verifier: string,
): URL {
  const url = new URL(server.authorize);
  const query = form({
    response_type: 'code',
    client_id: id,
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    code_challenge_method: 'S256',
    redirect_uri: redirectUri,
    state,
    scope,
    prompt,
  });
  for (let count = 0; count < resources; count += 1) query.append('resource', server.mcpUrl);
  url.search = query.toString();
  return url;
}

/** A 400 or 401 here would make the client throw its registration away; the address must work again afterwards. */
async function fetchBeforeTheBrowser(url: URL): Promise<void> {
  const response = await fetch(url, { redirect: 'manual', headers: { accept: 'application/json' } });
  expect(response.status).toBe(303);
}

const resourceOf = (server: Server, { resources }: Authorization): string | undefined =>
  resources === 0 ? undefined : server.mcpUrl;

/** One refresh, or as many at once as sessions share the stored token; and each result must go on working. */
async function refresh(
  http: PersonaHttp,
  persona: Persona,
  server: Server,
  identity: Identity,
  authorization: Authorization,
  stored: Tokens,
): Promise<Tokens[]> {
  const { scope, contentType, atOnce = 1 } = persona.refresh;
  const send = async (refreshToken: string): Promise<Tokens> => {
    const fields = { grant_type: 'refresh_token', refresh_token: refreshToken, scope };
    const resource = resourceOf(server, authorization);
    const tokens = await requestTokens(http, server, identity, { ...fields, resource }, contentType);
    persona.checks?.tokens?.(tokens, { scope: authorization.scope });
    expect(tokens.scope).toBe(stored.scope);
    expect(tokens.refresh_token).not.toBe(refreshToken);
    return tokens;
  };
  const first = await Promise.all(Array.from({ length: atOnce }, () => send(stored.refresh_token)));
  const second = await Promise.all(first.map((tokens) => send(tokens.refresh_token)));
  return [...first, ...second];
}

async function requestTokens(
  http: PersonaHttp,
  server: Server,
  { id, secret }: Identity,
  fields: Fields,
  contentType = 'application/x-www-form-urlencoded',
): Promise<Tokens> {
  const answer = await http.send(server.token, {
    method: 'POST',
    as: 'oauth',
    headers: { 'content-type': contentType, accept: 'application/json' },
    body: form({ ...fields, client_id: id, client_secret: secret }).toString(),
  });
  expect({ status: answer.status, body: answer.body }).toEqual({
    status: 200,
    body: {
      access_token: expect.any(String),
      token_type: 'Bearer',
      expires_in: expect.any(Number),
      scope: expect.stringMatching(/^mcp( offline_access)?$/),
      refresh_token: expect.any(String),
    },
  });
  return answer.body as unknown as Tokens;
}
