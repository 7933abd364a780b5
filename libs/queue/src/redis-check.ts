import { setTimeout as delay } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { type AppConfig, ConfigError } from '#libs/config';

/** What BullMQ asks for; `.env.example` says the same. */
const OLDEST = [6, 2] as const;
const ANSWER_LIMIT_MS = 3_000;
/** A Redis that is started together with this process is a moment late. */
const PATIENCE_MS = 1_500;
const RETRY_MS = 250;

/**
 * Checks before anything is started that `REDIS_URL`, if it is set, leads to a Redis that can be used. BullMQ would wait
 * for it without end and without a word of the setting.
 *
 * @throws ConfigError in a sentence, within five seconds
 */
export async function checkRedis({ REDIS_URL: url }: AppConfig): Promise<void> {
  if (url === undefined) return;
  const deadline = performance.now() + PATIENCE_MS;
  for (;;) {
    const problem = await problemOf(url);
    if (problem === undefined) return;
    if (!isNotThereYet(problem) || performance.now() > deadline) {
      const { host } = new URL(url);
      throw new ConfigError(`Redis at ${host} cannot be used (${problem}). Check REDIS_URL.`);
    }
    await delay(RETRY_MS);
  }
}

const isNotThereYet = (problem: string): boolean => /ECONNREFUSED|^LOADING/.test(problem);

/** @returns why it cannot be used */
async function problemOf(url: string): Promise<string | undefined> {
  const redis = new Redis(url, {
    lazyConnect: true,
    enableReadyCheck: false,
    disableClientInfo: true,
    connectTimeout: ANSWER_LIMIT_MS,
    retryStrategy: () => null,
    maxRetriesPerRequest: 0,
  });
  // What a connection fails from is told here; whoever waits for an answer only hears that it is closed.
  const failed = new Promise<Error>((resolve) => redis.once('error', resolve));
  const late = delay(ANSWER_LIMIT_MS, new Error('no answer'), { ref: false });
  const answer = redis.connect().then(() => redis.info('server'));
  // Also when nobody waits for it any more.
  const answered = answer.catch(async (error: Error) => await Promise.race([failed, delay(50, error)]));
  try {
    const outcome = await Promise.race([answered, failed, late]);
    return typeof outcome === 'string' ? problemOfVersion(outcome) : reasonOf(outcome);
  } finally {
    redis.disconnect();
  }
}

function problemOfVersion(info: string): string | undefined {
  const [, version = '', major, minor] = /^redis_version:((\d+)\.(\d+)\S*)/m.exec(info) ?? [];
  if (version === '') return 'it does not tell its version';
  const isOld = Number(major) < OLDEST[0] || (Number(major) === OLDEST[0] && Number(minor) < OLDEST[1]);
  return isOld ? `it is Redis ${version}, and ${OLDEST.join('.')} or later is needed` : undefined;
}

/** For two addresses of one name Node's message is empty. */
const reasonOf = (error: Error): string => error.message || `${(error as NodeJS.ErrnoException).code}`;
