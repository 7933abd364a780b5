import { randomUUID } from 'node:crypto';
import type { DynamicModule } from '@nestjs/common';
import { type Actor, ApiKeysService, type User, UsersService } from '#libs/accounts';
import { type OAuthApp, startOAuthApp } from './oauth-app.js';
import { type JsonAnswer, json, TestClient, USER } from '../../../test/support/oauth-client.js';

export const BOSS = { email: 'boss@example.org', password: 'a password of the boss' };
export const CURATOR = { email: 'curator@example.org', password: 'a password of a curator' };

export interface CallOptions {
  /** Null: none. Left out: the administrator's. */
  key?: string | null;
  body?: unknown;
  headers?: Record<string, string>;
}

/** A server with an administrator, a curator and a user, and the admin REST as they call it. */
export class AdminBench {
  private constructor(
    readonly server: OAuthApp,
    readonly boss: User,
    readonly key: string,
    /** Keys of callers who may not: a user's, a curator's, and an administrator's that was made for less. */
    readonly weakKeys: string[],
  ) {}

  /** @param extras modules beside the api's that a suite is about */
  static async start(extras: DynamicModule[] = []): Promise<AdminBench> {
    const server = await startOAuthApp({}, extras);
    const users = server.app.get(UsersService);
    const boss = await users.create({ ...BOSS, role: 'admin' });
    const curator = await users.create({ ...CURATOR, role: 'curator' });
    const user = await users.findByEmail(USER.email);
    const weakKeys = [
      await keyOf(server, user!, 'admin'),
      await keyOf(server, curator, 'admin'),
      await keyOf(server, boss, 'curator'),
    ];
    return new AdminBench(server, boss, await keyOf(server, boss, 'admin'), weakKeys);
  }

  async call(
    method: string,
    path: string,
    { key = this.key, body, headers }: CallOptions = {},
  ): Promise<JsonAnswer> {
    const response = await fetch(`${this.server.base}${path}`, {
      method,
      headers: {
        ...(key !== null && { authorization: `Key ${key}` }),
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
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

export async function keyOf({ app }: OAuthApp, user: User, role: Actor['role']): Promise<string> {
  const actor: Actor = { userId: user.id, email: user.email, role: user.role, clientId: null };
  return (await app.get(ApiKeysService).create(actor, { name: 'test', role })).key;
}

export const details = (answer: JsonAnswer) => answer.body.details as Record<string, unknown>;

export const newUser = (email = `${randomUUID()}@example.org`) => ({ email, role: 'user' });
