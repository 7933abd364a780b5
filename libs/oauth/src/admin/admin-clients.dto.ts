import { IsIn, IsOptional, IsString, MaxLength } from 'class-validator';
import { PageQuery } from '#libs/http';
import type { ClientKind } from '../clients/oauth-client.entity.js';

export const CLIENT_KINDS: readonly ClientKind[] = ['dynamic', 'metadata', 'static'];

/** Query of the list of clients. */
export class ListClientsQuery extends PageQuery {
  /** Part of the name or of the `client_id`. */
  @IsOptional()
  @IsString()
  @MaxLength(300)
  search?: string;

  @IsOptional()
  @IsIn(CLIENT_KINDS)
  kind?: ClientKind;
}
