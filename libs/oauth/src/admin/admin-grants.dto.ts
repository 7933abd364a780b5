import { Transform } from 'class-transformer';
import { IsBoolean, IsOptional, IsString, IsUUID, MaxLength } from 'class-validator';
import { PageQuery } from '#libs/http';

const FLAGS: Record<string, boolean> = { true: true, false: false };

/** Query of the list of grants. */
export class ListGrantsQuery extends PageQuery {
  @IsOptional()
  @IsUUID()
  userId?: string;

  /** The protocol's `client_id`. */
  @IsOptional()
  @IsString()
  @MaxLength(2_048)
  clientId?: string;

  /** `true`: those that stand; `false`: those that are over. */
  @IsOptional()
  @Transform(({ value }: { value: unknown }) => (typeof value === 'string' ? (FLAGS[value] ?? value) : value))
  @IsBoolean()
  active?: boolean;
}
