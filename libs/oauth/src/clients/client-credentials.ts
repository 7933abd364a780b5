import { timingSafeEqual } from 'node:crypto';
import { hashSecret } from '#libs/secrets';
import type { ClientAuthMethod } from './oauth-client.entity.js';

/** What a request shows of its client (RFC 6749 §2.3). */
export interface ClientCredentials {
  clientId: string;
  /** Undefined when none was sent; an empty one counts as none. */
  secret: string | undefined;
  /** How the secret came, and so how the client tried to authenticate. */
  method: ClientAuthMethod;
}

/** Why the credentials of a request cannot even be read. */
export type CredentialsProblem = 'missing' | 'malformed' | 'two_methods' | 'two_clients';

/**
 * Reads client credentials from the Authorization header and the form (RFC 6749 §2.3.1). The parts of a Basic header
 * are form-encoded by the RFC and raw by most clients; our ids and secrets are the same either way.
 */
export function readClientCredentials(
  authorization: string | undefined,
  form: { client_id?: string; client_secret?: string },
): ClientCredentials | CredentialsProblem {
  const basic = /^basic +(\S*)$/i.exec(authorization ?? '');
  const formSecret = form.client_secret || undefined;
  if (!basic) {
    if (!form.client_id) return 'missing';
    return {
      clientId: form.client_id,
      secret: formSecret,
      method: formSecret ? 'client_secret_post' : 'none',
    };
  }
  const decoded = Buffer.from(basic[1] ?? '', 'base64').toString('utf8');
  const colon = decoded.indexOf(':');
  if (colon < 0) return 'malformed';
  const clientId = decodeFormPart(decoded.slice(0, colon));
  const secret = decodeFormPart(decoded.slice(colon + 1)) || undefined;
  if (!clientId || clientId.includes('\0')) return 'malformed';
  if (formSecret !== undefined) return 'two_methods';
  if (form.client_id && form.client_id !== clientId) return 'two_clients';
  return { clientId, secret, method: secret ? 'client_secret_basic' : 'none' };
}

/** The client that a request says it comes from, undefined when that cannot be read. For counting, not for trust. */
export function claimedClientId(
  authorization: string | undefined,
  form: { client_id?: string; client_secret?: string },
): string | undefined {
  const credentials = readClientCredentials(authorization, form);
  return typeof credentials === 'string' ? undefined : credentials.clientId;
}

/** Whether the credentials fit what the client registered: the right method, and the right secret or none. */
export function credentialsFit(
  client: { authMethod: ClientAuthMethod; secretHash: string | null },
  credentials: ClientCredentials,
): boolean {
  if (client.authMethod !== credentials.method) return false;
  if (client.authMethod === 'none') return true;
  if (client.secretHash === null || credentials.secret === undefined) return false;
  return timingSafeEqual(Buffer.from(client.secretHash), Buffer.from(hashSecret(credentials.secret)));
}

function decodeFormPart(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    return text;
  }
}
