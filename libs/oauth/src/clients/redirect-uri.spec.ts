import {
  isPrivateSchemeRedirect,
  matchesRedirectUri,
  redirectCspSource,
  redirectDisplayHost,
  redirectUriProblem,
  withParameters,
} from './redirect-uri.js';

describe('redirectUriProblem (RFC 6749 §3.1.2, RFC 8252 §7)', () => {
  it.each([
    'https://claude.ai/api/mcp/auth_callback',
    'https://www.cursor.com/agents/mcp/oauth/callback',
    'https://a.example/cb?tenant=1',
    'http://localhost/callback',
    'http://localhost:8787/callback',
    'http://127.0.0.1/',
    'http://127.0.0.1:33418/',
    'http://[::1]:9000/cb',
    'cursor://anysphere.cursor-mcp/oauth/callback',
    'vscode://vscode.github-authentication/did-authenticate',
    'claude://claude.ai/mcp-auth-callback/sdk',
    'com.example.app:/oauth2redirect',
    'zed://cb',
    'msteams://cb',
    'searching://cb',
  ])('allows %s', (uri) => {
    expect(redirectUriProblem(uri, true)).toBeUndefined();
  });

  it.each([
    'javascript:alert(1)',
    'JavaScript:alert(1)',
    'data:text/html,x',
    'file:///etc/passwd',
    'blob:https://a.example/1',
    'vbscript:x',
    'view-source:https://a.example/',
    'http://evil.example/cb',
    'http://localhost.evil.example/cb',
    'http://127.1/cb',
    'http://2130706433/cb',
    'https://a.example/cb#fragment',
    'https://a.example/cb#',
    'https://*.example/cb',
    'https://user:pw@a.example/cb',
    'https://@a.example/cb',
    'http://localhost@evil.example/cb',
    'https:///cb',
    'https:\\\\a.example\\cb',
    '/relative',
    'cb',
    '',
    'https://a.example/c b',
    'https://a.example/\u202ecb',
    `https://a.example/${'x'.repeat(2_100)}`,
    'https://a.example/cb?own=1&iss=https://b.example',
    'https://a.example/cb?%63ode=1',
    'cursor://a/cb?state=',
    'https://a.example;sandbox/cb',
    'https://a.example,script-src/cb',
    "https://a'b/cb",
    'https://a.example/caf\u00e9',
    'cursor://a/\ud800',
    'ms-msdt:/id',
    'MS-Settings://cb',
    'search:cb',
    'search-ms:query=x',
    'smb://a.example/cb',
    'ssh://a.example/cb',
    'telnet://a.example/cb',
    'intent://a.example/cb',
    'jar:https://a.example/cb',
    'shell:startup',
    'sms:112',
    'facetime://a.example',
    'market://details',
    'ldap://a.example/cb',
    'gopher://a.example/cb',
    'news:cb',
    'nntp://a.example/cb',
    'c:/windows',
    'ab://cb',
  ])('refuses %s', (uri) => {
    expect(redirectUriProblem(uri, true)).toBeDefined();
    expect(redirectUriProblem(uri, false)).toBeDefined();
  });

  it.each([
    ['cursor://anysphere.cursor-mcp/oauth/callback', false],
    ['com.example.app:/oauth2redirect', false],
    ['https://claude.ai/api/mcp/auth_callback', true],
    ['http://127.0.0.1:33418/', true],
  ])('without private schemes: %s, %p', (uri, allowed) => {
    expect(redirectUriProblem(uri, false) === undefined).toBe(allowed);
  });
});

describe('matchesRedirectUri', () => {
  const registered = 'https://a.example/cb';

  it('takes the very same string', () => {
    expect(matchesRedirectUri([registered], registered)).toBe(true);
  });

  it.each([
    'https://a.example/cb/',
    'https://a.example/cb?x=1',
    'https://a.example/CB',
    'https://A.example/cb',
    '//a.example/cb',
    'https://a.example:8443/cb',
    'https://a.example:443/cb',
    'https://a.example.evil.example/cb',
    'https://a.example@evil.example/cb',
    'https://a.example/x/../cb',
    'https://a.example/%63b',
    'http://a.example/cb',
    '',
  ])('refuses %s for an https registration', (requested) => {
    expect(matchesRedirectUri([registered], requested)).toBe(false);
  });

  it.each([
    ['http://127.0.0.1/cb', 'http://127.0.0.1:54321/cb'],
    ['http://127.0.0.1:1111/cb', 'http://127.0.0.1:54321/cb'],
    ['http://127.0.0.1:1111/cb', 'http://127.0.0.1/cb'],
    ['http://localhost/callback', 'http://localhost:55611/callback'],
    ['http://[::1]/cb', 'http://[::1]:54321/cb'],
    ['http://127.0.0.1', 'http://127.0.0.1:54321/'],
  ])('takes any port of a loopback registration: %s, %s', (registeredUri, requested) => {
    expect(matchesRedirectUri([registeredUri], requested)).toBe(true);
  });

  it.each([
    ['http://127.0.0.1/cb', 'http://127.0.0.1:54321/other'],
    ['http://127.0.0.1/cb', 'https://127.0.0.1:54321/cb'],
    ['http://127.0.0.1/cb', 'http://localhost:54321/cb'],
    ['http://localhost/cb', 'http://127.0.0.1:54321/cb'],
    ['http://localhost/cb', 'http://localhost.evil.example:54321/cb'],
    ['http://127.0.0.1/cb', 'http://127.0.0.1.evil.example/cb'],
    ['http://127.0.0.1/cb', 'http://127.1:54321/cb'],
    ['http://127.0.0.1/cb', 'http://127.0.0.1:54321/cb?x=1'],
    ['http://127.0.0.1/cb', 'http://127.0.0.1:54321/cb#x'],
    ['http://127.0.0.1/cb', 'http://127.0.0.1:1@evil.example/cb'],
    ['http://127.0.0.1/cb', 'http://127.0.0.1:65536/cb'],
    ['cursor://a/cb', 'cursor://a:1/cb'],
  ])('refuses anything but the port: %s, %s', (registeredUri, requested) => {
    expect(matchesRedirectUri([registeredUri], requested)).toBe(false);
  });
});

describe('what is shown and sent', () => {
  it.each([
    ['https://claude.ai/api/mcp/auth_callback', 'claude.ai', 'https://claude.ai'],
    ['http://127.0.0.1:33418/', '127.0.0.1:33418', 'http://127.0.0.1:33418'],
    ['cursor://anysphere.cursor-mcp/oauth/callback', 'cursor:', 'cursor:'],
  ])('%s', (uri, host, source) => {
    expect(redirectDisplayHost(uri)).toBe(host);
    expect(redirectCspSource(uri)).toBe(source);
  });

  it('tells private schemes from the web', () => {
    expect(isPrivateSchemeRedirect('cursor://a/b')).toBe(true);
    expect(isPrivateSchemeRedirect('https://a.example/cb')).toBe(false);
  });

  it('echoes the state byte for byte, and leaves out what is absent', () => {
    const state = '+ % & = / # é 漢 \u{1f600}';
    const url = new URL(withParameters('https://a.example/cb?t=1', { code: 'c', state, nothing: null }));
    expect([...url.searchParams]).toEqual([
      ['t', '1'],
      ['code', 'c'],
      ['state', state],
    ]);
    expect(withParameters('com.example.app:/cb', { code: 'c' })).toBe('com.example.app:/cb?code=c');
  });
});
