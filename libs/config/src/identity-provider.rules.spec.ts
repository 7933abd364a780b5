import { loadConfig } from './config.js';

const PROVIDER = { OIDC_ISSUER: 'https://login.example', OIDC_CLIENT_ID: 'modelrunner' };

describe('the settings of upstream sign-in', () => {
  it('are none by default: local passwords alone', () => {
    const config = loadConfig({});
    expect(config.OIDC_ISSUER).toBeUndefined();
    expect(config.LOCAL_PASSWORDS).toBe(true);
  });

  it('take a provider with its defaults, and domains however they are written', () => {
    const config = loadConfig({ ...PROVIDER, OIDC_ALLOWED_DOMAINS: 'Example.com, example.org' });
    expect(config.OIDC_SCOPES).toBe('openid email profile');
    expect(config.OIDC_ALLOWED_DOMAINS).toEqual(['example.com', 'example.org']);
  });

  it.each<[string, NodeJS.ProcessEnv, RegExp]>([
    ['no client', { OIDC_ISSUER: 'https://login.example' }, /OIDC_CLIENT_ID: is needed/],
    ['a client without an issuer', { OIDC_CLIENT_ID: 'x' }, /OIDC_CLIENT_ID: is set, but OIDC_ISSUER is not/],
    ['a secret without an issuer', { OIDC_CLIENT_SECRET: 'x' }, /OIDC_CLIENT_SECRET: is set, but/],
    // A list that silently does nothing would be worse than none.
    ['domains without an issuer', { OIDC_ALLOWED_DOMAINS: 'a.example' }, /OIDC_ALLOWED_DOMAINS: is set, but/],
    ['no way to sign in', { LOCAL_PASSWORDS: 'false' }, /LOCAL_PASSWORDS: .*nobody could sign in/],
    [
      'plain http elsewhere',
      { ...PROVIDER, OIDC_ISSUER: 'http://login.example' },
      /OIDC_ISSUER: must be https/,
    ],
    [
      'http that looks local',
      { ...PROVIDER, OIDC_ISSUER: 'http://127.0.0.1.example' },
      /OIDC_ISSUER: must be/,
    ],
    [
      'plain http in production',
      { ...PROVIDER, OIDC_ISSUER: 'http://127.0.0.1:8080', NODE_ENV: 'production' },
      /OIDC_ISSUER: must be https/,
    ],
    [
      'a query',
      { ...PROVIDER, OIDC_ISSUER: 'https://login.example/?x=1' },
      /OIDC_ISSUER: must have no query/,
    ],
    [
      'a user name',
      { ...PROVIDER, OIDC_ISSUER: 'https://a@login.example' },
      /OIDC_ISSUER: must have no query/,
    ],
    ['no address at all', { ...PROVIDER, OIDC_ISSUER: 'login.example' }, /OIDC_ISSUER: must be a URL/],
    ['no openid', { ...PROVIDER, OIDC_SCOPES: 'email profile' }, /OIDC_SCOPES: must contain openid/],
    ['an @ before a domain', { ...PROVIDER, OIDC_ALLOWED_DOMAINS: '@example.com' }, /OIDC_ALLOWED_DOMAINS/],
    ['an empty domain', { ...PROVIDER, OIDC_ALLOWED_DOMAINS: 'example.com,' }, /OIDC_ALLOWED_DOMAINS/],
    ['a wildcard', { ...PROVIDER, OIDC_ALLOWED_DOMAINS: '*.example.com' }, /OIDC_ALLOWED_DOMAINS/],
  ])('refuse %s', (_, environment, problem) => {
    expect(() => loadConfig(environment)).toThrow(problem);
  });

  it('let the provider be the only way in, and be on this machine in development', () => {
    const config = loadConfig({
      ...PROVIDER,
      OIDC_ISSUER: 'http://127.0.0.1:8080/realm',
      LOCAL_PASSWORDS: 'false',
    });
    expect(config.LOCAL_PASSWORDS).toBe(false);
  });
});
