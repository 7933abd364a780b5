export { AuditLog, type AuditEvent } from './audit-log.js';
export { AuditModule } from './audit.module.js';
export { AuditRecord } from './audit-record.entity.js';
export { AUDIT_EVENT_TYPES, type AuditEventType } from './audit-event-types.js';
export { type RequestContext } from './request-context.js';
