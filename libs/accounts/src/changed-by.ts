import type { AuditEvent } from '#libs/audit';

/** Who makes a change, and from where, for the audit trail. Nobody and nowhere: an operator, or the server itself. */
export type ChangedBy = Pick<AuditEvent, 'actorId' | 'ip'>;
