import { IsIn, IsOptional, IsString, MaxLength } from 'class-validator';
import { PageQuery } from '#libs/http';
import {
  CATEGORIES,
  type Category,
  type EntryStatus,
  STATUSES,
  VISIBILITIES,
  type Visibility,
} from '../catalog.types.js';

/** Query of what changes models. */
export class ChangeModelsQuery {
  /** Also when wrappers would not fit any more. Left out: that is refused. */
  @IsOptional()
  @IsIn(['true', 'false'])
  force?: 'true' | 'false';
}

/** Query of the lists of models and wrappers. */
export class ListEntriesQuery extends PageQuery {
  /** Part of the name or of the endpoint. */
  @IsOptional()
  @IsString()
  @MaxLength(200)
  search?: string;

  @IsOptional()
  @IsIn(CATEGORIES)
  category?: Category;

  @IsOptional()
  @IsIn(STATUSES)
  status?: EntryStatus;

  @IsOptional()
  @IsIn(VISIBILITIES)
  visibility?: Visibility;

  /** First half of the endpoint. */
  @IsOptional()
  @IsString()
  @MaxLength(64)
  owner?: string;
}
