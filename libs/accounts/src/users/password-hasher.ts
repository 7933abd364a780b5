import { Injectable } from '@nestjs/common';
import { hash, verify } from '@node-rs/argon2';
import pLimit from 'p-limit';
import { AppError } from '#libs/errors';

/** argon2id with OWASP's first recommendation: 19 MiB, two passes, one lane (about 17 ms). */
const PARAMETERS = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };

/** Characters. Nobody can set a longer one. */
export const LONGEST_PASSWORD = 1_024;

/** Hashes at once: each takes 19 MiB and a core. The rest waits, and beyond the queue's length is turned away. */
const MAX_RUNNING = 2;
const MAX_WAITING = 200;

/** Passwords in and out of argon2id, a bounded number at a time. */
@Injectable()
export class PasswordHasher {
  private readonly limit = pLimit(MAX_RUNNING);
  private dummy?: Promise<string>;

  async hash(password: string): Promise<string> {
    return this.limited(() => hash(normalise(password), PARAMETERS));
  }

  async verify(passwordHash: string, password: string): Promise<boolean> {
    return this.limited(() => verify(passwordHash, normalise(password)));
  }

  /** Takes the time of a real check, so that an unknown account answers as slowly as a wrong password. */
  async verifyNobody(password: string): Promise<false> {
    this.dummy ??= this.hash('no account has this password').catch((error: unknown) => {
      // Turned away by a full queue: the next one makes it, or unknown accounts would answer differently for ever.
      this.dummy = undefined;
      throw error;
    });
    await this.verify(await this.dummy, password);
    return false;
  }

  private limited<Result>(work: () => Promise<Result>): Promise<Result> {
    if (this.limit.pendingCount >= MAX_WAITING) throw new AppError('unavailable');
    return this.limit(work);
  }
}

/** One text for one password, however a keyboard composes it. */
function normalise(password: string): string {
  // Ordering combining characters takes a time that grows with the square of their number, on the event loop. No
  // account has a password of such a length, so nothing is lost by comparing another one.
  if (password.length > LONGEST_PASSWORD) return '';
  return password.normalize('NFKC');
}
