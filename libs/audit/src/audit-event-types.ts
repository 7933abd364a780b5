/** Everything that is worth a row: who got in, who was let in, and what was taken away again. */
export const AUDIT_EVENT_TYPES = [
  'sign_in.succeeded',
  'sign_in.failed',
  'sign_out',
  'password.changed',
  'identity.linked',
  'user.created',
  'user.disabled',
  'user.enabled',
  'user.role_changed',
  'api_key.created',
  'api_key.revoked',
  'client.registered',
  'client.disabled',
  'client.enabled',
  'client.deleted',
  'client_host.rule_changed',
  'consent.approved',
  'consent.denied',
  'tokens.issued',
  'tokens.refreshed',
  'access_token.revoked',
  'grant.revoked',
  'authorization_code.replayed',
  'refresh_token.reused',
] as const;

export type AuditEventType = (typeof AUDIT_EVENT_TYPES)[number];
