import { Type } from 'class-transformer';
import {
  ArrayMaxSize,
  IsArray,
  IsOptional,
  IsString,
  Matches,
  MaxLength,
  ValidateNested,
} from 'class-validator';
import { MAX_NOTE, MAX_RECOMMENDED } from './recommendation-rules.js';

/** One place of a list. */
export class RecommendationDto {
  /** `owner/alias` of a public entry. */
  @IsString()
  @MaxLength(129)
  endpoint!: string;

  /** Why it is recommended, or when to take it. */
  @IsOptional()
  @IsString()
  @MaxLength(MAX_NOTE)
  @Matches(/^[^\0]*$/, { message: 'note must not contain the character NUL' })
  note?: string;
}

/** Body of a list, whole and in order. */
export class ReplaceRecommendationsDto {
  @IsArray()
  @ArrayMaxSize(MAX_RECOMMENDED)
  @ValidateNested({ each: true })
  @Type(() => RecommendationDto)
  items!: RecommendationDto[];
}

/** Query of the entries that could be added. */
export class CandidatesQuery {
  /** Words, or an endpoint. Left out: the entries of the list's category. */
  @IsOptional()
  @IsString()
  @MaxLength(500)
  search = '';
}
