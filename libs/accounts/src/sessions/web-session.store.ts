import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import type { Session } from 'fastify';
import { LessThan, MoreThan, Repository } from 'typeorm';
import { hashSecret } from '#libs/secrets';
import { WebSession } from './web-session.entity.js';

/** Days until a sign-in ends, however often it is used. */
export const SESSION_TTL_MS = 7 * 86_400_000;

/** As long as a sign-in may take. Whoever fetches the page makes such a row, robots too. */
const ANONYMOUS_TTL_MS = 86_400_000;

type Done = (error?: unknown) => void;
type DoneWithSession = (error: unknown, session?: Session | null) => void;

/** The store behind @fastify/session, on PostgreSQL. Its interface is express-session's: callbacks. */
@Injectable()
export class WebSessionStore {
  constructor(@InjectRepository(WebSession) private readonly sessions: Repository<WebSession>) {}

  set(sid: string, session: Session, done: Done): void {
    const row = {
      sidHash: hashSecret(sid),
      userId: session.userId ?? null,
      // A plain copy: the live object drags the request along.
      data: JSON.parse(JSON.stringify(session)) as object,
      expiresAt: endOf(session),
    };
    this.sessions.upsert(row, ['sidHash']).then(() => done(), done);
  }

  get(sid: string, done: DoneWithSession): void {
    this.sessions
      .findOneBy({ sidHash: hashSecret(sid), expiresAt: MoreThan(new Date()) })
      .then((row) => done(null, row ? (row.data as Session) : null), done);
  }

  destroy(sid: string, done: Done): void {
    this.sessions.delete({ sidHash: hashSecret(sid) }).then(() => done(), done);
  }

  /** @returns how many sessions were over */
  async deleteExpired(now: Date): Promise<number> {
    const { affected } = await this.sessions.delete({ expiresAt: LessThan(now) });
    return affected ?? 0;
  }
}

function endOf({ userId, cookie }: Session): Date {
  const end = cookie.expires ?? new Date(Date.now() + SESSION_TTL_MS);
  return userId === undefined ? new Date(Math.min(end.getTime(), Date.now() + ANONYMOUS_TTL_MS)) : end;
}
