/** What a user may do. `curator` edits the catalogue's lists, `admin` everything. */
export type Role = 'admin' | 'curator' | 'user';

/** Every role, the most powerful first. */
export const ROLES: readonly Role[] = ['admin', 'curator', 'user'];

/** Who acts. The explicit first argument of every service call; nothing reads it from a global. */
export interface Actor {
  userId: string;
  email: string;
  role: Role;
  /** The OAuth client that acts for the user; null for a web session or an API key. */
  clientId: string | null;
}

declare module 'fastify' {
  interface FastifyRequest {
    /** Set by the guard that authenticated the request, and by nobody else. */
    actor?: Actor;
  }
}

/** The weaker of two roles: an API key can do no more than its owner, and no more than it was made for. */
export function weakerRole(one: Role, other: Role): Role {
  return ROLES.indexOf(one) > ROLES.indexOf(other) ? one : other;
}
