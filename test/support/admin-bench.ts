import { randomUUID } from 'node:crypto';
import type { INestApplication } from '@nestjs/common';
import { type Actor, ApiKeysService, type User, UsersService } from '#libs/accounts';
import { type JsonAnswer, json, TestClient, USER } from './oauth-client.js';

export const BOSS = { email: 'boss@example.org', password: 'a password of the boss' };
export const CURATOR = { email: 'curator@example.org', password: 'a password of a curator' };

export interface CallOptions {
  /** Null: none. Left out: the administrator's. */
  key?: string | null;
  /** Sent as it is when it is a text, else as JSON. */
  body?: unknown;
  headers?: Record<string, string>;
}

/** The application in this process, and where it listens. */
interface Server {
  app: INestApplication;
  base: string;
}

interface Keys {
  admin: string;
  /** A curator's, and an administrator's that was made for a curator. */
  curators: string[];
  /** A user's. */
  user: string;
}

/** An administrator, a curator and a user on a server, and the admin REST as they call it. */
export class AdminBench {
  private constructor(
    readonly server: Server,
    readonly boss: User,
    readonly keys: Keys,
  ) {}

  static async start(server: Server): Promise<AdminBench> {
    const users = server.app.get(UsersService);
    const boss = await users.create({ ...BOSS, role: 'admin' });
    const curator = await users.create({ ...CURATOR, role: 'curator' });
    const user = (await users.findByEmail(USER.email)) ?? (await users.create({ ...USER, role: 'user' }));
    return new AdminBench(server, boss, {
      admin: await keyOf(server, boss, 'admin'),
      curators: [await keyOf(server, curator, 'admin'), await keyOf(server, boss, 'curator')],
      user: await keyOf(server, user, 'admin'),
    });
  }

  async call(
    method: string,
    path: string,
    { key = this.keys.admin, body, headers }: CallOptions = {},
  ): Promise<JsonAnswer> {
    const response = await fetch(`${this.server.base}${path}`, {
      method,
      headers: {
        ...(key !== null && { authorization: `Key ${key}` }),
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    if (response.headers.get('content-type')?.startsWith('text/html'))
      return { status: response.status, headers: response.headers, body: { page: await response.text() } };
    return json(response);
  }

  admin(method: string, path: string, body?: unknown): Promise<JsonAnswer> {
    return this.call(method, path, { body });
  }

  /** Our id of the client. */
  async clientRow(clientId: string): Promise<string> {
    const found = await this.admin('GET', `/admin/oauth/clients?search=${encodeURIComponent(clientId)}`);
    return (found.body.items as { id: string }[])[0]!.id;
  }

  registeredClient(): Promise<TestClient> {
    return TestClient.register(this.server.base);
  }
}

export async function keyOf({ app }: Server, user: User, role: Actor['role']): Promise<string> {
  const actor: Actor = { userId: user.id, email: user.email, role: user.role, clientId: null };
  return (await app.get(ApiKeysService).create(actor, { name: 'test', role })).key;
}

export const details = (answer: JsonAnswer) => answer.body.details as Record<string, unknown>;

export const newUser = (email = `${randomUUID()}@example.org`) => ({ email, role: 'user' });
