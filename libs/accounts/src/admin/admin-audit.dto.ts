import { Type } from 'class-transformer';
import {
  IsIn,
  IsInt,
  IsISO8601,
  IsOptional,
  IsString,
  IsUUID,
  Matches,
  Max,
  MaxLength,
  Min,
} from 'class-validator';
import { AUDIT_EVENT_TYPES, type AuditEventType } from '#libs/audit';
import { LONGEST_PAGE } from '#libs/http';

/** Query of the audit trail. */
export class ListAuditQuery {
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
  @IsISO8601({ strict: true })
  // Week and ordinal dates are ISO 8601 as well, but no time that the database reads.
  @Matches(/^\d{4}-\d{2}-\d{2}/, { message: 'since must be a date, or a time as in RFC 3339' })
  since?: string;

  /** `nextCursor` of the page before. */
  @IsOptional()
  @Matches(/^[1-9]\d{0,17}$/, { message: 'cursor must be the nextCursor of a page' })
  cursor?: string;

  @IsOptional()
  @Type(() => Number)
  @IsInt()
  @Min(1)
  @Max(LONGEST_PAGE)
  limit = 50;
}
