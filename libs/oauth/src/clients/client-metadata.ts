import { MCP_SCOPE, narrowScope } from '../grants/scopes.js';
import { OAuthError } from '../oauth-error.js';
import { cleanDisplayName } from './display-name.js';
import type { ClientAuthMethod } from './oauth-client.entity.js';
import { redirectUriProblem } from './redirect-uri.js';

export const SUPPORTED_GRANT_TYPES: readonly string[] = ['authorization_code', 'refresh_token'];
export const SUPPORTED_AUTH_METHODS: readonly ClientAuthMethod[] = [
  'none',
  'client_secret_basic',
  'client_secret_post',
];

const MAX_REDIRECT_URIS = 20;

/** Members that are kept as told and echoed; of no meaning to this server. */
const TEXT_MEMBERS = ['application_type', 'software_id', 'software_version', 'client_uri', 'logo_uri'];

/** Members that must be web addresses. None of them is ever fetched here. */
const URL_MEMBERS = ['client_uri', 'logo_uri', 'policy_uri', 'tos_uri', 'jwks_uri'];

/** What a client may say about itself (RFC 7591 §2), checked and narrowed to what this server does. */
export interface ClientMetadata {
  redirectUris: string[];
  name: string | null;
  authMethod: ClientAuthMethod;
  grantTypes: string[];
  scope: string;
  extra: Record<string, string>;
}

/** What the administrator of this server decides of all clients. */
export interface MetadataPolicy {
  /** Whether redirect URIs may have a scheme of the application's own. */
  privateSchemes: boolean;
}

/**
 * Checks a registration (RFC 7591 §2). What this server does not know is ignored or dropped, as §2 and real clients
 * want it; what would be unsafe or useless is refused.
 *
 * @throws OAuthError `invalid_redirect_uri` or `invalid_client_metadata`
 */
export function readClientMetadata(body: unknown, policy: MetadataPolicy): ClientMetadata {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    throw invalid('The body must be a JSON object.');
  }
  const metadata = body as Record<string, unknown>;
  requireResponseTypeCode(metadata.response_types);
  requireWebAddresses(metadata);
  return {
    redirectUris: readRedirectUris(metadata.redirect_uris, policy),
    name: cleanDisplayName(readText(metadata, 'client_name') ?? ''),
    authMethod: readAuthMethod(metadata.token_endpoint_auth_method),
    grantTypes: readGrantTypes(metadata.grant_types),
    scope: readScope(metadata),
    extra: readExtra(metadata),
  };
}

function readRedirectUris(value: unknown, { privateSchemes }: MetadataPolicy): string[] {
  if (!Array.isArray(value) || value.length === 0) {
    throw new OAuthError('invalid_redirect_uri', 'redirect_uris must be an array with at least one URI.');
  }
  if (value.length > MAX_REDIRECT_URIS) {
    throw new OAuthError(
      'invalid_redirect_uri',
      `redirect_uris may have at most ${MAX_REDIRECT_URIS} entries.`,
    );
  }
  return value.map((uri: unknown, index) => {
    const problem = typeof uri === 'string' ? redirectUriProblem(uri, privateSchemes) : 'is not a string';
    if (problem) throw new OAuthError('invalid_redirect_uri', `redirect_uris[${index}] ${problem}.`);
    return uri as string;
  });
}

/** Absent means `client_secret_basic` (RFC 7591 §2). */
function readAuthMethod(value: unknown): ClientAuthMethod {
  if (isAbsent(value)) return 'client_secret_basic';
  const method = SUPPORTED_AUTH_METHODS.find((supported) => supported === value);
  if (!method)
    throw invalid(`token_endpoint_auth_method must be one of ${SUPPORTED_AUTH_METHODS.join(', ')}.`);
  return method;
}

/** Unknown grants are dropped: real clients send all they know. Absent means all that there are. */
function readGrantTypes(value: unknown): string[] {
  if (isAbsent(value)) return [...SUPPORTED_GRANT_TYPES];
  const given = readTexts(value, 'grant_types');
  const granted = SUPPORTED_GRANT_TYPES.filter((type) => given.includes(type));
  if (given.length > 0 && !granted.includes('authorization_code')) {
    throw invalid('grant_types must include authorization_code.');
  }
  return given.length > 0 ? granted : [...SUPPORTED_GRANT_TYPES];
}

function requireResponseTypeCode(value: unknown): void {
  if (isAbsent(value)) return;
  const given = readTexts(value, 'response_types');
  if (given.length > 0 && !given.includes('code')) throw invalid('response_types must include code.');
}

function requireWebAddresses(metadata: Record<string, unknown>): void {
  for (const member of URL_MEMBERS) {
    const value = readText(metadata, member);
    if (value && !(URL.canParse(value) && /^https?:/i.test(value)))
      throw invalid(`${member} must be a web address.`);
  }
}

function readScope(metadata: Record<string, unknown>): string {
  const requested = readText(metadata, 'scope');
  return requested ? narrowScope(requested).join(' ') : MCP_SCOPE;
}

function readExtra(metadata: Record<string, unknown>): Record<string, string> {
  const entries = TEXT_MEMBERS.map((member) => [member, readText(metadata, member)] as const);
  return Object.fromEntries(entries.filter((entry): entry is [string, string] => Boolean(entry[1])));
}

function readText(metadata: Record<string, unknown>, member: string): string | undefined {
  const value = metadata[member];
  if (isAbsent(value)) return undefined;
  if (typeof value !== 'string') throw invalid(`${member} must be a string.`);
  // PostgreSQL stores neither NUL nor half a surrogate pair; names are cleaned, everything else must do without.
  if (member !== 'client_name' && (/[\0\p{Cs}]/u.test(value) || value.length > 2_048))
    throw invalid(`${member} is not usable.`);
  return value;
}

function readTexts(value: unknown, member: string): string[] {
  if (!Array.isArray(value) || !value.every((entry) => typeof entry === 'string')) {
    throw invalid(`${member} must be an array of strings.`);
  }
  return value;
}

function isAbsent(value: unknown): value is undefined | null {
  return value === undefined || value === null;
}

function invalid(description: string): OAuthError {
  return new OAuthError('invalid_client_metadata', description);
}
