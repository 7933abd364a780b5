import { Type } from 'class-transformer';
import { IsInt, IsOptional, Max, Min } from 'class-validator';

/** Most rows that one page of a list may have. */
export const LONGEST_PAGE = 200;

/** Query of every list that is read by pages. */
export class PageQuery {
  /** From 1. */
  @IsOptional()
  @Type(() => Number)
  @IsInt()
  @Min(1)
  @Max(1_000_000)
  page = 1;

  /** Rows of a page. */
  @IsOptional()
  @Type(() => Number)
  @IsInt()
  @Min(1)
  @Max(LONGEST_PAGE)
  limit = 50;
}

/** One page of a list. */
export interface ListPage<Item> {
  items: Item[];
  page: number;
  limit: number;
  /** Over all pages. */
  total: number;
}
