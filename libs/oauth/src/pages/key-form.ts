import { ROLES, type User } from '#libs/accounts';
import { AppError } from '#libs/errors';
import { text } from '#libs/pages';

type Role = User['role'];

const MAY: Record<Role, string> = {
  user: 'Upload files and manage your own: all that most scripts need.',
  curator: 'Also change models, wrappers and the curated lists.',
  admin: 'Also everything in the admin REST: users, assistants, requests, the audit trail.',
};

/** A role that a key may be made for. */
export interface RoleChoice {
  role: Role;
  may: string;
  chosen: boolean;
}

/** What the owner may choose from, the weakest first; none when there is no choice. */
export function roleChoices(owner: Role, wanted?: unknown): RoleChoice[] {
  const within = rolesWithin(owner);
  const chosen = within.find((role) => role === wanted) ?? 'user';
  return within.length === 1 ? [] : within.map((role) => ({ role, may: MAY[role], chosen: role === chosen }));
}

/**
 * The role that the form asks for; `user` when it asks for none.
 * @throws AppError `forbidden` for more than the owner has, or no role at all
 */
export function readRole(field: unknown, owner: Role): Role {
  if (field === undefined) return 'user';
  const role = rolesWithin(owner).find((each) => each === text(field));
  if (!role) throw new AppError('forbidden', `A key of yours has at most your own role, “${owner}”.`);
  return role;
}

/** What a key may do now: its owner may have got less since it was made. */
export function roleInForce(key: Role, owner: Role): Role {
  return rolesWithin(owner).includes(key) ? key : owner;
}

const rolesWithin = (owner: Role): Role[] => ROLES.slice(ROLES.indexOf(owner)).reverse();
