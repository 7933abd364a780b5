import { Type } from 'class-transformer';
import {
  ArrayMaxSize,
  ArrayMinSize,
  IsInt,
  IsOptional,
  IsString,
  IsUUID,
  Length,
  Matches,
  Max,
  MaxLength,
  Min,
  ValidateNested,
} from 'class-validator';
import { MOST_PARTS } from './upload-rules.js';

/** Body of both `initiate` routes. */
export class InitiateUploadDto {
  /** Any text; it is cleaned, and shown when the file is downloaded. */
  @IsString()
  @Length(1, 1_000)
  file_name!: string;

  /** Media type. The PUT must carry the same; what the bytes say wins in the end. */
  @IsString()
  @Length(3, 127)
  content_type!: string;

  /** Exact bytes. When given, an upload of any other size is refused. */
  @IsOptional()
  @IsInt()
  @Min(1)
  size?: number;
}

/** Names a multipart upload. */
export class UploadReferenceDto {
  @IsUUID()
  uploadId!: string;

  @Matches(/^[0-9a-z]{1,100}$/)
  uploadKey!: string;
}

/** Query of `multipart-url`. */
export class PartUrlDto extends UploadReferenceDto {
  @Type(() => Number)
  @IsInt()
  @Min(1)
  @Max(MOST_PARTS)
  partNumber!: number;
}

export class ClaimedPartDto {
  @IsInt()
  @Min(1)
  @Max(MOST_PARTS)
  partNumber!: number;

  /** From the response header of the part's PUT. */
  @IsString()
  @MaxLength(200)
  etag!: string;
}

/** Body of `complete`. */
export class CompleteUploadDto extends UploadReferenceDto {
  /** Every part, in order. */
  @ValidateNested({ each: true })
  @Type(() => ClaimedPartDto)
  @ArrayMinSize(1)
  @ArrayMaxSize(MOST_PARTS)
  parts!: ClaimedPartDto[];
}
