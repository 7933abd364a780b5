import { IsIn, IsOptional, IsString, IsUUID, Matches, MaxLength } from 'class-validator';
import { IsTime, LimitQuery } from '#libs/http';
import { REQUEST_STATUSES, type RequestStatus } from '../request-status.js';

/** Query of the list of all users' requests. */
export class ListRequestsQuery extends LimitQuery {
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
  @IsTime()
  since?: string;

  /** A time as in RFC 3339; requests that were submitted before. */
  @IsOptional()
  @IsTime()
  until?: string;

  /** `nextCursor` of the page before. */
  @IsOptional()
  @Matches(/^\d{1,17}\.[A-Za-z0-9_-]{21}$/, { message: 'cursor must be the nextCursor of a page' })
  cursor?: string;
}
