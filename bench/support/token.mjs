import { createHash, randomBytes } from 'node:crypto';
import { signInAndApprove } from '../../dist/apps/demo/src/browser-walk.js';

const REDIRECT_URI = 'http://127.0.0.1:33418/callback';

/** Connects a client as a person does, through the server's own pages; its access token. */
export async function connect(url, credentials) {
  const client = await post(`${url}/oauth/register`, 'application/json', {
    client_name: 'bench',
    redirect_uris: [REDIRECT_URI],
    token_endpoint_auth_method: 'none',
  });
  const verifier = randomBytes(32).toString('base64url');
  const authorization = new URL(`${url}/oauth/authorize`);
  authorization.search = new URLSearchParams({
    response_type: 'code',
    client_id: client.client_id,
    redirect_uri: REDIRECT_URI,
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    code_challenge_method: 'S256',
  }).toString();
  const callback = await signInAndApprove(authorization, REDIRECT_URI, credentials);
  const tokens = await post(`${url}/oauth/token`, 'application/x-www-form-urlencoded', {
    grant_type: 'authorization_code',
    code: callback.searchParams.get('code'),
    client_id: client.client_id,
    code_verifier: verifier,
    redirect_uri: REDIRECT_URI,
  });
  return tokens.access_token;
}

async function post(url, type, fields) {
  const body = type === 'application/json' ? JSON.stringify(fields) : new URLSearchParams(fields).toString();
  const response = await fetch(url, { method: 'POST', headers: { 'content-type': type }, body });
  if (!response.ok) throw new Error(`${url} answered ${response.status}: ${await response.text()}`);
  return response.json();
}
