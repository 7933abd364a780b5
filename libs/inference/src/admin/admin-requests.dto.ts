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
import { LONGEST_PAGE } from '#libs/http';
import { REQUEST_STATUSES, type RequestStatus } from '../request-status.js';

/** Week and ordinal dates are ISO 8601 as well, but no time that the database reads. */
const DATE = /^\d{4}-\d{2}-\d{2}/;

/** Query of the list of all users' requests. */
export class ListRequestsQuery {
  @IsOptional()
  @IsIn(REQUEST_STATUSES)
  status?: RequestStatus;

  /** Whose requests. */
  @IsOptional()
  @IsUUID()
  userId?: string;

  /** As called: a model's or a wrapper's. */
  @IsOptional()
  @IsString()
  @MaxLength(200)
  endpoint?: string;

  /** The base model's endpoint, called by itself or through a wrapper. */
  @IsOptional()
  @IsString()
  @MaxLength(200)
  modelEndpoint?: string;

  /** A time as in RFC 3339; requests that were submitted from then on. */
  @IsOptional()
  @IsISO8601({ strict: true })
  @Matches(DATE, { message: 'since must be a date, or a time as in RFC 3339' })
  since?: string;

  /** A time as in RFC 3339; requests that were submitted before. */
  @IsOptional()
  @IsISO8601({ strict: true })
  @Matches(DATE, { message: 'until must be a date, or a time as in RFC 3339' })
  until?: string;

  /** `nextCursor` of the page before. */
  @IsOptional()
  @Matches(/^\d{1,17}\.[A-Za-z0-9_-]{21}$/, { message: 'cursor must be the nextCursor of a page' })
  cursor?: string;

  @IsOptional()
  @Type(() => Number)
  @IsInt()
  @Min(1)
  @Max(LONGEST_PAGE)
  limit = 50;
}
