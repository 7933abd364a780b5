import { OAuthError } from '../../oauth-error.js';
import { type ClientMetadata, type MetadataPolicy, readClientMetadata } from '../client-metadata.js';

/** RFC 7517 §6.2.2, RFC 7518 §6.3.2 and §6.4.1: the members of a key that are nobody else's business. */
const PRIVATE_KEY_MEMBERS = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k'];

/** Members that would mean a secret which both sides know; a public document cannot hold one. */
const SECRET_MEMBERS = ['client_secret', 'client_secret_expires_at'];

type Members = Readonly<Record<string, unknown>>;

/**
 * Checks a client's document (draft-ietf-oauth-client-id-metadata-document §4): it must name itself by the very
 * address that it was fetched from, and hold no secret. For the rest it is read like a registration. Every such client
 * is a public one here: what proves it is the host of the document, and PKCE.
 *
 * @param clientId the address, as the client sent it; compared character by character
 * @throws OAuthError `invalid_redirect_uri` or `invalid_client_metadata`, whose description is a sentence
 */
export function readClientDocument(
  clientId: string,
  document: unknown,
  policy: MetadataPolicy,
): ClientMetadata {
  if (!isObject(document)) throw invalid('It is not a JSON object.');
  if (document.client_id !== clientId) {
    throw invalid('Its client_id is not the very address that the application named itself by.');
  }
  refuseSecrets(document);
  requirePublicClient(document);
  const metadata = readClientMetadata({ ...document, token_endpoint_auth_method: 'none' }, policy);
  if (metadata.name === null) throw invalid('client_name is missing.');
  return metadata;
}

/** §4.1 */
function refuseSecrets(document: Members): void {
  const secret = SECRET_MEMBERS.find((member) => document[member] !== undefined);
  if (secret) throw invalid(`It contains ${secret}, which a public document must not.`);
  const { keys = [] } = isObject(document.jwks) ? document.jwks : {};
  if (!Array.isArray(keys) || keys.some(holdsPrivateKey)) {
    throw invalid('Its jwks must be a set of public keys only.');
  }
}

function holdsPrivateKey(key: unknown): boolean {
  return !isObject(key) || PRIVATE_KEY_MEMBERS.some((member) => member in key);
}

/**
 * §4.1 forbids methods with a shared secret. A client that signs assertions is taken as a public one where it says
 * that it can be one.
 */
function requirePublicClient(document: Members): void {
  const method = document.token_endpoint_auth_method ?? 'none';
  if (method === 'none') return;
  if (typeof method !== 'string' || method.startsWith('client_secret_')) {
    throw invalid('Its token_endpoint_auth_method needs a secret, which such an application cannot have.');
  }
  const supported = document.token_endpoint_auth_methods_supported;
  if (Array.isArray(supported) && supported.includes('none')) return;
  throw invalid(
    'The application wants to sign its requests (token_endpoint_auth_method), which this server does not support; ' +
      'token_endpoint_auth_methods_supported would have to include none.',
  );
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function invalid(description: string): OAuthError {
  return new OAuthError('invalid_client_metadata', description);
}
