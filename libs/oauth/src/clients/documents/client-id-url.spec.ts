import { clientIdUrlProblem, isClientIdUrl } from './client-id-url.js';

describe('isClientIdUrl', () => {
  it.each([
    ['https://claude.ai/oauth/mcp-oauth-client-metadata', true],
    ['http://a.example/c.json', true],
    ['HTTPS:whatever', true],
    ['mrc_Zm9v', false],
    ['ftp://a.example/c', false],
    ['', false],
  ])('%s: %p', (clientId, is) => {
    expect(isClientIdUrl(clientId)).toBe(is);
  });
});

describe('clientIdUrlProblem (draft-ietf-oauth-client-id-metadata-document §3)', () => {
  it.each([
    'https://claude.ai/oauth/mcp-oauth-client-metadata',
    'https://vscode.dev/oauth/client-metadata.json',
    'https://chatgpt.com/oauth/abc123/client.json',
    'https://a.example:8443/client',
    'https://a.example/client/',
    'https://a.example/client?version=2',
    'https://a.example/.well-known/client',
    'https://a.example/a..b/...',
    'https://xn--bcher-kva.example/client',
    'https://localhost.a.example/client',
  ])('takes %s', (url) => {
    expect(clientIdUrlProblem(url, false)).toBeUndefined();
  });

  it.each([
    ['http', 'http://a.example/client', 'does not begin with https'],
    ['upper case in the scheme', 'HTTPS://a.example/client', 'does not begin with https'],
    ['no authority', 'https:a.example/client', 'does not begin with https'],
    ['no host', 'https:///client', 'does not begin with https'],
    ['a port alone', 'https://:443/client', 'is not a URL'],
    ['no path', 'https://a.example', 'has no path'],
    ['the root', 'https://a.example/', 'has no path'],
    ['a query without a path', 'https://a.example?client', 'has no path'],
    ['a fragment', 'https://a.example/client#x', 'has a fragment'],
    ['an empty fragment', 'https://a.example/client#', 'has a fragment'],
    ['a user', 'https://me@a.example/client', 'has a user name'],
    ['a user and a password', 'https://me:pw@a.example/client', 'has a user name'],
    ['an empty user', 'https://@a.example/client', 'has a user name'],
    ['a dot segment', 'https://a.example/./client', 'has a "."'],
    ['two dots', 'https://a.example/x/../client', 'has a "."'],
    ['two dots at the end', 'https://a.example/client/..', 'has a "."'],
    ['an encoded dot', 'https://a.example/%2e/client', 'has a "."'],
    ['encoded dots', 'https://a.example/%2E%2e/client', 'has a "."'],
    ['a dot and an encoded one', 'https://a.example/.%2e/client', 'has a "."'],
    ['a backslash', 'https://a.example\\@evil.example/client', 'contains a character'],
    ['a space', 'https://a.example/cl ient', 'contains a character'],
    ['a tab', 'https://a.example/\tclient', 'contains a character'],
    ['a NUL', 'https://a.example/\0client', 'contains a character'],
    ['letters beyond ASCII', 'https://b\u00fccher.example/client', 'contains a character'],
    ['an IPv4 address', 'https://93.184.216.34/client', 'has a number'],
    ['a short IPv4 address', 'https://127.1/client', 'has a number'],
    ['a decimal IPv4 address', 'https://2130706433/client', 'has a number'],
    ['a hexadecimal IPv4 address', 'https://0x7f000001/client', 'has a number'],
    ['an IPv4 address with a final dot', 'https://127.0.0.1./client', 'has a number'],
    ['an IPv6 address', 'https://[2606:4700::6810:84e5]/client', 'has a number'],
    ['more than 2048 characters', `https://a.example/${'x'.repeat(2_048)}`, 'is longer'],
  ])('refuses %s, private addresses allowed or not', (_, url, problem) => {
    expect(clientIdUrlProblem(url, false)).toContain(problem);
    expect(clientIdUrlProblem(url, true)).toContain(problem);
  });

  it.each([
    'https://localhost/client',
    'https://localhost:8443/client',
    'https://localhost./client',
    'https://db.localhost/client',
    'https://printer.local/client',
    'https://metadata.google.internal/client',
  ])('takes %s only where private addresses are allowed', (url) => {
    expect(clientIdUrlProblem(url, false)).toBe('is not on the public internet');
    expect(clientIdUrlProblem(url, true)).toBeUndefined();
  });
});
