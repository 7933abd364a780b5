import { readClientMetadata as readWithPolicy } from './client-metadata.js';
import { cleanDisplayName } from './display-name.js';

const CALLBACK = 'https://a.example/cb';
const readClientMetadata = (body: unknown) => readWithPolicy(body, { privateSchemes: true });

describe('readClientMetadata (RFC 7591 §2)', () => {
  it('fills in the defaults', () => {
    expect(readClientMetadata({ redirect_uris: [CALLBACK] })).toEqual({
      redirectUris: [CALLBACK],
      name: null,
      authMethod: 'client_secret_basic',
      grantTypes: ['authorization_code', 'refresh_token'],
      scope: 'mcp',
      extra: {},
    });
  });

  it('drops grants that it does not know, as VS Code sends them', () => {
    const metadata = readClientMetadata({
      client_name: 'Visual Studio Code',
      redirect_uris: ['https://vscode.dev/redirect', 'http://127.0.0.1/', 'http://127.0.0.1:33418/'],
      grant_types: ['authorization_code', 'refresh_token', 'urn:ietf:params:oauth:grant-type:device_code'],
      response_types: ['code'],
      token_endpoint_auth_method: 'none',
      application_type: 'native',
    });
    expect(metadata.grantTypes).toEqual(['authorization_code', 'refresh_token']);
    expect(metadata.extra).toEqual({ application_type: 'native' });
  });

  it('takes the three URIs of Cursor with application_type web', () => {
    const redirect_uris = [
      'cursor://anysphere.cursor-mcp/oauth/callback',
      'https://www.cursor.com/agents/mcp/oauth/callback',
      'http://localhost:8787/callback',
    ];
    const body = { redirect_uris, application_type: 'web', token_endpoint_auth_method: 'none' };
    expect(readClientMetadata(body).redirectUris).toEqual(redirect_uris);
  });

  it('ignores what a client may not choose, and what it does not know', () => {
    const body = {
      redirect_uris: [CALLBACK],
      client_id: 'mine',
      client_secret: 'mine',
      trusted: true,
      scope: 'admin',
      contacts: [],
      software_id: 's',
    };
    expect(readClientMetadata(body)).toMatchObject({ scope: 'mcp', extra: { software_id: 's' } });
    expect(
      readClientMetadata({ redirect_uris: [CALLBACK], scope: '', response_types: [], grant_types: [] }),
    ).toMatchObject({
      scope: 'mcp',
      grantTypes: ['authorization_code', 'refresh_token'],
    });
  });

  it.each([
    ['no redirect_uris', {}],
    ['empty redirect_uris', { redirect_uris: [] }],
    ['redirect_uris that is a string', { redirect_uris: CALLBACK }],
    ['a redirect_uri that is a number', { redirect_uris: [1] }],
    ['one bad among good', { redirect_uris: [CALLBACK, 'javascript:alert(1)'] }],
    ['more than 20', { redirect_uris: Array.from({ length: 21 }, (_, index) => `${CALLBACK}/${index}`) }],
  ])('refuses %s as invalid_redirect_uri', (_, body) => {
    expect(() => readClientMetadata(body)).toThrow(expect.objectContaining({ code: 'invalid_redirect_uri' }));
  });

  it.each([
    ['an array', []],
    ['null', null],
    ['text', 'redirect_uris=…'],
    [
      'an unknown auth method',
      { redirect_uris: [CALLBACK], token_endpoint_auth_method: 'client_secret_jwt' },
    ],
    ['response_type token alone', { redirect_uris: [CALLBACK], response_types: ['token'] }],
    ['no usable grant', { redirect_uris: [CALLBACK], grant_types: ['client_credentials'] }],
    ['grant_types that is text', { redirect_uris: [CALLBACK], grant_types: 'authorization_code' }],
    ['a logo that is a script', { redirect_uris: [CALLBACK], logo_uri: 'javascript:alert(1)' }],
    ['a jwks_uri that is a file', { redirect_uris: [CALLBACK], jwks_uri: 'file:///etc/passwd' }],
    ['a name that is an object', { redirect_uris: [CALLBACK], client_name: {} }],
    ['a NUL', { redirect_uris: [CALLBACK], software_id: 'a\0b' }],
    ['half a surrogate pair', { redirect_uris: [CALLBACK], software_id: '\ud800' }],
  ])('refuses %s as invalid_client_metadata', (_, body) => {
    expect(() => readClientMetadata(body)).toThrow(
      expect.objectContaining({ code: 'invalid_client_metadata' }),
    );
  });
});

describe('cleanDisplayName', () => {
  it.each([
    ['Claude', 'Claude'],
    ['  Claude \n Code ', 'Claude Code'],
    ['evil\u202egnp.exe', 'evilgnp.exe'],
    ['a\0b\u0007c', 'a b c'],
    ['\u200b\u2066', null],
    ['', null],
    ['x'.repeat(10_000), `${'x'.repeat(79)}…`],
    ['<script>alert(1)</script>', '<script>alert(1)</script>'],
  ])('%j becomes %j', (name, cleaned) => {
    expect(cleanDisplayName(name)).toBe(cleaned);
  });
});
