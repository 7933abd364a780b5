import { isLoopback } from './loopback.js';

/** The settings of upstream sign-in, as parsed. */
export interface IdentityProviderSettings {
  NODE_ENV: string;
  OIDC_ISSUER?: string;
  OIDC_CLIENT_ID?: string;
  OIDC_CLIENT_SECRET?: string;
  OIDC_SCOPES: string;
  OIDC_ALLOWED_DOMAINS?: string[];
  LOCAL_PASSWORDS: boolean;
}

export interface SettingProblem {
  path: keyof IdentityProviderSettings;
  message: string;
}

const DOMAIN = /^[a-z\d]([a-z\d-]*[a-z\d])?(\.[a-z\d]([a-z\d-]*[a-z\d])?)+$/;

/** What is wrong with these settings together. */
export function identityProviderProblems(settings: IdentityProviderSettings): SettingProblem[] {
  const { OIDC_ISSUER: issuer, OIDC_CLIENT_ID, OIDC_CLIENT_SECRET, LOCAL_PASSWORDS } = settings;
  if (issuer === undefined) {
    const needsIssuer = [
      OIDC_CLIENT_ID !== undefined && 'OIDC_CLIENT_ID',
      OIDC_CLIENT_SECRET !== undefined && 'OIDC_CLIENT_SECRET',
      settings.OIDC_ALLOWED_DOMAINS !== undefined && 'OIDC_ALLOWED_DOMAINS',
    ] as const;
    return [
      ...needsIssuer.flatMap((path) => (path ? [{ path, message: 'is set, but OIDC_ISSUER is not' }] : [])),
      ...(LOCAL_PASSWORDS
        ? []
        : [
            {
              path: 'LOCAL_PASSWORDS' as const,
              message: 'is false, but OIDC_ISSUER is not set: nobody could sign in',
            },
          ]),
    ];
  }
  return [...issuerProblems(issuer, settings.NODE_ENV), ...clientProblems(settings)];
}

/** OpenID Connect Discovery §4.3: a URL without query and fragment. Plain http never leaves the machine. */
function issuerProblems(issuer: string, environment: string): SettingProblem[] {
  const { protocol, hostname, search, hash, username, password } = new URL(issuer);
  const messages: string[] = [];
  if (search || hash || username || password) messages.push('must have no query, fragment or user name');
  if (protocol === 'http:' && (environment === 'production' || !isLoopback(hostname))) {
    messages.push('must be https:// (http:// is for a loopback address outside production)');
  }
  return messages.map((message) => ({ path: 'OIDC_ISSUER', message }));
}

function clientProblems(settings: IdentityProviderSettings): SettingProblem[] {
  const problems: SettingProblem[] = [];
  if (settings.OIDC_CLIENT_ID === undefined) {
    problems.push({ path: 'OIDC_CLIENT_ID', message: 'is needed with OIDC_ISSUER' });
  }
  if (!settings.OIDC_SCOPES.split(' ').includes('openid')) {
    problems.push({ path: 'OIDC_SCOPES', message: 'must contain openid' });
  }
  if (!(settings.OIDC_ALLOWED_DOMAINS ?? []).every((domain) => DOMAIN.test(domain))) {
    problems.push({
      path: 'OIDC_ALLOWED_DOMAINS',
      message: 'must be domains, comma-separated, such as example.com,example.org',
    });
  }
  return problems;
}
