/** A name that resolved to an address which is not public. */
export class RefusedAddress extends Error {
  override readonly name = 'RefusedAddress';
}

/** Reasons in plain words, by the code of the system, of OpenSSL or of the HTTP parser. They name no address. */
const REASONS: Record<string, string> = {
  ENOTFOUND: 'has no known address (the host name does not exist)',
  EAI_AGAIN: 'has no known address (the name service did not answer)',
  ECONNREFUSED: 'refused the connection',
  ECONNRESET: 'closed the connection before everything had arrived',
  EPIPE: 'closed the connection before everything had arrived',
  ERR_STREAM_PREMATURE_CLOSE: 'closed the connection before everything had arrived',
  EHOSTUNREACH: 'cannot be reached',
  ENETUNREACH: 'cannot be reached',
  EADDRNOTAVAIL: 'cannot be reached',
  ETIMEDOUT: 'did not accept the connection in time',
  CERT_HAS_EXPIRED: 'has an expired TLS certificate',
  ERR_TLS_CERT_ALTNAME_INVALID: 'has a TLS certificate for another name',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'has a TLS certificate that is not trusted',
  SELF_SIGNED_CERT_IN_CHAIN: 'has a TLS certificate that is not trusted',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'has a TLS certificate that is not trusted',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'has a TLS certificate that is not trusted',
};

/** Why a connection failed, for anything that a request threw; it completes "The server …" and names no address. */
export function connectionFailure(error: unknown): string {
  const code = codeOf((error as AggregateError | undefined)?.errors?.[0] ?? error); // one per address that was tried
  if (code.startsWith('HPE_')) return 'did not answer with valid HTTP';
  if (code.startsWith('Z_') || code.startsWith('ERR_BROTLI') || code.startsWith('ERR__ERROR_FORMAT')) {
    return 'sent compressed data that cannot be read';
  }
  if (code.startsWith('ERR_SSL') || code === 'EPROTO') return 'does not speak TLS as expected';
  return REASONS[code] ?? 'did not answer as expected';
}

function codeOf(error: unknown): string {
  const code = (error as { code?: unknown } | undefined)?.code;
  return typeof code === 'string' ? code : '';
}
