import type { EntityManager } from 'typeorm';
import { User } from './user.entity.js';

/** Makes a user, unless the address is taken. Returns the id; undefined when another transaction was faster. */
export async function insertUser(
  manager: EntityManager,
  user: Pick<User, 'email' | 'role'> & { passwordHash: string | null },
): Promise<string | undefined> {
  const inserted = await manager
    .createQueryBuilder()
    .insert()
    .into(User)
    .values(user)
    .orIgnore()
    .returning('id')
    .execute();
  const [row] = inserted.raw as { id: string }[];
  return row?.id;
}
