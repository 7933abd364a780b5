import { IsIn, IsOptional, IsString, IsUUID, Matches, MaxLength } from 'class-validator';
import { AUDIT_EVENT_TYPES, type AuditEventType } from '#libs/audit';
import { IsTime, LimitQuery } from '#libs/http';

/** Query of the audit trail. */
export class ListAuditQuery extends LimitQuery {
  @IsOptional()
  @IsIn(AUDIT_EVENT_TYPES)
  type?: AuditEventType;

  /** Whose account it is about. */
  @IsOptional()
  @IsUUID()
  userId?: string;

  /** The protocol's `client_id`. */
  @IsOptional()
  @IsString()
  @MaxLength(2_048)
  clientId?: string;

  /** A time as in RFC 3339; records from then on. */
  @IsOptional()
  @IsTime()
  since?: string;

  /** `nextCursor` of the page before. */
  @IsOptional()
  @Matches(/^[1-9]\d{0,17}$/, { message: 'cursor must be the nextCursor of a page' })
  cursor?: string;
}
