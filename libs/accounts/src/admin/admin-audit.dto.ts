import { Type } from 'class-transformer';
import {
  IsIn,
  IsInt,
  IsRFC3339,
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
  @IsRFC3339()
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
