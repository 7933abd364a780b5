import { IsEmail, IsIn, IsOptional, IsString, Length, MaxLength } from 'class-validator';
import { PageQuery } from '#libs/http';
import { type Role, ROLES } from '../actor.js';

/** Query of the list of users. */
export class ListUsersQuery extends PageQuery {
  /** Part of the e-mail address. */
  @IsOptional()
  @IsString()
  @MaxLength(254)
  search?: string;

  @IsOptional()
  @IsIn(ROLES)
  role?: Role;
}

/** Body of a new user. */
export class CreateUserDto {
  @IsEmail()
  @MaxLength(254)
  email!: string;

  @IsIn(ROLES)
  role!: Role;

  /** Left out: one is generated, and told in the answer only. */
  @IsOptional()
  @IsString()
  @Length(8, 1_024)
  password?: string;
}

/** Body of another role. */
export class SetRoleDto {
  @IsIn(ROLES)
  role!: Role;
}
