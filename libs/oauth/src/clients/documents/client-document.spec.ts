import { readClientDocument } from './client-document.js';

const ID = 'https://app.example/client.json';
const VALID = { client_id: ID, client_name: 'An App', redirect_uris: ['https://app.example/cb'] };
const POLICY = { privateSchemes: true };

const read = (changes: Record<string, unknown>, clientId = ID) =>
  readClientDocument(clientId, { ...VALID, ...changes }, POLICY);

describe('readClientDocument (draft-ietf-oauth-client-id-metadata-document §4)', () => {
  it('makes a public client of a minimal document', () => {
    expect(read({})).toEqual({
      redirectUris: ['https://app.example/cb'],
      name: 'An App',
      authMethod: 'none',
      grantTypes: ['authorization_code', 'refresh_token'],
      scope: 'mcp',
      extra: {},
    });
  });

  it('takes the document of Claude Code: portless loopback addresses, no application_type', () => {
    const redirect_uris = ['http://localhost/callback', 'http://127.0.0.1/callback'];
    const changes = {
      redirect_uris,
      token_endpoint_auth_method: 'none',
      grant_types: ['authorization_code', 'refresh_token'],
      response_types: ['code'],
    };
    expect(read(changes)).toMatchObject({ redirectUris: redirect_uris, authMethod: 'none' });
  });

  it('takes the document of ChatGPT as that of a public client', () => {
    const changes = {
      token_endpoint_auth_method: 'private_key_jwt',
      token_endpoint_auth_signing_alg: 'RS256',
      token_endpoint_auth_methods_supported: ['none', 'private_key_jwt'],
      jwks_uri: 'https://chatgpt.com/oauth/jwks.json',
    };
    expect(read(changes).authMethod).toBe('none');
  });

  it('takes public keys, which it does not need', () => {
    const jwks = {
      keys: [
        { kty: 'RSA', n: 'x', e: 'AQAB' },
        { kty: 'EC', crv: 'P-256', x: 'x', y: 'y' },
      ],
    };
    expect(read({ jwks }).authMethod).toBe('none');
  });

  it('drops what it does not know among grants and response types', () => {
    const metadata = read({
      grant_types: [
        'authorization_code',
        'urn:ietf:params:oauth:grant-type:jwt-bearer',
        'urn:ietf:params:oauth:grant-type:device_code',
      ],
      response_types: ['code', 'id_token', 'code id_token'],
    });
    expect(metadata.grantTypes).toEqual(['authorization_code']);
  });

  it.each([
    ['an array', []],
    ['text', 'client'],
    ['null', null],
    ['a number', 7],
  ])('refuses %s', (_, document) => {
    expect(() => readClientDocument(ID, document, POLICY)).toThrow('It is not a JSON object.');
  });

  it.each([
    ['none', undefined],
    ['another', 'https://evil.example/client.json'],
    ['another path', 'https://app.example/other.json'],
    ['the default port', 'https://app.example:443/client.json'],
    ['another case', 'https://App.example/client.json'],
    ['an encoded letter', 'https://app.example/%63lient.json'],
    ['a trailing slash', 'https://app.example/client.json/'],
    ['a list', [ID]],
  ])('compares client_id character by character: %s', (_, client_id) => {
    expect(() => read({ client_id })).toThrow('Its client_id is not the very address');
  });

  it.each([
    ['no client_name', { client_name: undefined }, 'client_name is missing'],
    ['an empty client_name', { client_name: ' \u200b' }, 'client_name is missing'],
    ['a client_name that is no text', { client_name: {} }, 'client_name must be a string'],
    ['no redirect_uris', { redirect_uris: undefined }, 'redirect_uris must be an array'],
    ['empty redirect_uris', { redirect_uris: [] }, 'redirect_uris must be an array'],
    ['a redirect URI that runs code', { redirect_uris: ['javascript:alert(1)'] }, 'redirect_uris[0]'],
    ['a client_secret', { client_secret: 's' }, 'contains client_secret,'],
    ['an empty client_secret', { client_secret: '' }, 'contains client_secret,'],
    ['client_secret_expires_at', { client_secret_expires_at: 0 }, 'contains client_secret_expires_at'],
    [
      'a private RSA key',
      { jwks: { keys: [{ kty: 'RSA', n: 'x', e: 'AQAB', d: 'x' }] } },
      'public keys only',
    ],
    ['a symmetric key', { jwks: { keys: [{ kty: 'oct', k: 'x' }] } }, 'public keys only'],
    ['keys that are none', { jwks: { keys: 'x' } }, 'public keys only'],
    ['client_secret_basic', { token_endpoint_auth_method: 'client_secret_basic' }, 'needs a secret'],
    ['client_secret_post', { token_endpoint_auth_method: 'client_secret_post' }, 'needs a secret'],
    ['client_secret_jwt', { token_endpoint_auth_method: 'client_secret_jwt' }, 'needs a secret'],
    ['a method that is no text', { token_endpoint_auth_method: 7 }, 'needs a secret'],
    [
      'a secret method beside none',
      {
        token_endpoint_auth_method: 'client_secret_post',
        token_endpoint_auth_methods_supported: ['none'],
      },
      'needs a secret',
    ],
    [
      'private_key_jwt alone',
      { token_endpoint_auth_method: 'private_key_jwt' },
      'wants to sign its requests',
    ],
    [
      'private_key_jwt without none',
      {
        token_endpoint_auth_method: 'private_key_jwt',
        token_endpoint_auth_methods_supported: ['private_key_jwt'],
      },
      'wants to sign its requests',
    ],
    ['no response_type that there is', { response_types: ['id_token'] }, 'response_types must include code'],
    ['no grant that there is', { grant_types: ['client_credentials'] }, 'must include authorization_code'],
    ['a logo that is a script', { logo_uri: 'javascript:alert(1)' }, 'logo_uri must be a web address'],
  ])('refuses %s', (_, changes, problem) => {
    expect(() => read(changes)).toThrow(problem);
  });

  it('refuses private schemes where the administrator does', () => {
    const document = { ...VALID, redirect_uris: ['cursor://a/cb'] };
    expect(readClientDocument(ID, document, { privateSchemes: true }).redirectUris).toHaveLength(1);
    expect(() => readClientDocument(ID, document, { privateSchemes: false })).toThrow('redirect_uris[0]');
  });
});
