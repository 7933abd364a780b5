import { applyDecorators } from '@nestjs/common';
import { Type } from 'class-transformer';
import { IsInt, IsISO8601, IsOptional, Matches, Max, Min } from 'class-validator';

/** Most rows that one page of a list may have. */
const LONGEST_PAGE = 200;

/** Query of every list. */
export class LimitQuery {
  /** Rows of a page. */
  @IsOptional()
  @Type(() => Number)
  @IsInt()
  @Min(1)
  @Max(LONGEST_PAGE)
  limit = 50;
}

/** Query of every list that is read by pages. */
export class PageQuery extends LimitQuery {
  /** From 1. */
  @IsOptional()
  @Type(() => Number)
  @IsInt()
  @Min(1)
  @Max(1_000_000)
  page = 1;
}

/** A time as in RFC 3339. Week and ordinal dates are ISO 8601 as well, but no time that the database reads. */
export const IsTime = (): PropertyDecorator =>
  applyDecorators(
    IsISO8601({ strict: true }),
    Matches(/^\d{4}-\d{2}-\d{2}/, { message: '$property must be a date, or a time as in RFC 3339' }),
  );

/** One page of a list. */
export interface ListPage<Item> {
  items: Item[];
  page: number;
  limit: number;
  /** Over all pages. */
  total: number;
}
