import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import type { Session } from 'fastify';
import { LessThan, Raw, Repository } from 'typeorm';
import { hashSecret } from '#libs/secrets';
import { WebSession } from './web-session.entity.js';

/** How long a sign-in lasts, however often it is used. */
export const SESSION_TTL_MS = 7 * 86_400_000;

/** As long as a sign-in may take. Whoever fetches the page makes such a row, robots too. */
const ANONYMOUS_TTL_MS = 3_600_000;

/** Longer than any request that could still want to save the session that it began with. */
const TOMBSTONE_MS = 15 * 60_000;

const SAVE = `
  INSERT INTO web_sessions AS known (sid_hash, user_id, data, expires_at) VALUES ($1, $2, $3, $4)
  ON CONFLICT (sid_hash) DO UPDATE
  SET user_id = EXCLUDED.user_id, data = EXCLUDED.data, expires_at = EXCLUDED.expires_at
  WHERE known.expires_at > now()`;

const END = `
  INSERT INTO web_sessions (sid_hash, user_id, data, expires_at) VALUES ($1, NULL, '{}', now())
  ON CONFLICT (sid_hash) DO UPDATE SET user_id = NULL, data = '{}', expires_at = now()`;

type Done = (error?: unknown) => void;
type DoneWithSession = (error: unknown, session?: Session | null) => void;

/** The store behind @fastify/session, on PostgreSQL. Its interface is express-session's: callbacks. */
@Injectable()
export class WebSessionStore {
  constructor(@InjectRepository(WebSession) private readonly sessions: Repository<WebSession>) {}

  /** A session that was ended stays so, also when a request that began before wants to save it. */
  set(sid: string, session: Session, done: Done): void {
    // A plain copy: the live object drags the request along.
    const data = JSON.stringify(session);
    const values = [hashSecret(sid), session.userId ?? null, data, endOf(session)];
    this.sessions.query(SAVE, values).then(() => done(), done);
  }

  get(sid: string, done: DoneWithSession): void {
    // By the clock that also writes the end: one of whole milliseconds would be behind it for up to one.
    const expiresAt = Raw((column) => `${column} > now()`);
    this.sessions
      .findOneBy({ sidHash: hashSecret(sid), expiresAt })
      .then((row) => done(null, row ? (row.data as Session) : null), done);
  }

  /** Leaves an empty row that is over, for {@link set} to see; the sweep removes it. */
  destroy(sid: string, done: Done): void {
    this.sessions.query(END, [hashSecret(sid)]).then(() => done(), done);
  }

  /** Not at once: {@link set} looks at those that just ended. @returns how many went */
  async deleteExpired(now: Date): Promise<number> {
    const { affected } = await this.sessions.delete({
      expiresAt: LessThan(new Date(now.getTime() - TOMBSTONE_MS)),
    });
    return affected ?? 0;
  }
}

function endOf({ userId, cookie }: Session): Date {
  const end = cookie.expires ?? new Date(Date.now() + SESSION_TTL_MS);
  return userId === undefined ? new Date(Math.min(end.getTime(), Date.now() + ANONYMOUS_TTL_MS)) : end;
}
