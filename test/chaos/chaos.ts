import { setTimeout as sleep } from 'node:timers/promises';
import { allProcesses } from '../support/processes.js';
import { Cluster } from './cluster.js';
import { Person } from './person.js';
import { Random } from './random.js';
import { judge, type Verdict } from './verdict.js';

export interface ChaosOptions {
  /** Repeats a run's decisions; how the machine interleaves them it cannot repeat. */
  seed: number;
  requests: number;
  users: number;
  /** Milliseconds between two blows, at least and at most. */
  pause: [number, number];
  /** Where queue and events are. */
  store: 'PostgreSQL' | 'Redis';
}

/** What may be hit, each as often as it stands here. */
const BLOWS = ['worker', 'worker', 'worker', 'api', 'api', 'PostgreSQL'] as const;

export interface ChaosReport extends Verdict {
  /** What was hit when. */
  blows: string[];
  /** Engine processes that outlived their worker. */
  orphans: string[];
}

const REST_LIMIT_MS = 120_000;

/** Traffic of several users while everything around it is killed and restarted, then the verdict. */
export async function runChaos(options: ChaosOptions): Promise<ChaosReport> {
  const random = new Random(options.seed);
  const cluster = await Cluster.start(options.store);
  try {
    const people = await signEveryoneIn(cluster, options.users, random);
    const blows: string[] = [];
    const working = new AbortController();
    const destruction = destroy(cluster, random, options.pause, blows, working.signal);
    const each = Math.ceil(options.requests / options.users);
    await Promise.all(people.map((person) => person.work(each, 8)));
    working.abort();
    await destruction;
    await rest(cluster);
    const verdict = await judge(cluster, people);
    await cluster.stop();
    return { ...verdict, blows, orphans: await orphans() };
  } catch (error) {
    throw new Error(`${(error as Error).message}\n${cluster.logs().slice(-8_000)}`, { cause: error });
  } finally {
    await cluster.stop();
    await cluster.remove();
  }
}

async function signEveryoneIn(cluster: Cluster, users: number, random: Random): Promise<Person[]> {
  const people = [];
  for (let number = 1; number <= users; number += 1) {
    const credentials = { email: `user-${number}@example.org`, password: 'a password of chaos' };
    await cluster.admin('user', 'create', '--email', credentials.email, '--password', credentials.password);
    people.push(await Person.signIn(credentials, cluster.apis, cluster.endpoint, random));
  }
  return people;
}

async function destroy(
  cluster: Cluster,
  random: Random,
  [least, most]: [number, number],
  blows: string[],
  signal: AbortSignal,
): Promise<void> {
  const started = Date.now();
  const targets = cluster.hasRedis ? [...BLOWS, 'Redis' as const, 'Redis' as const] : BLOWS;
  for (;;) {
    await sleep(random.between(least, most), undefined, { signal }).catch(() => undefined);
    if (signal.aborted) return;
    const blow = random.pick<(typeof BLOWS)[number] | 'Redis'>(targets);
    blows.push(`${((Date.now() - started) / 1_000).toFixed(1)} s ${blow}`);
    if (blow === 'PostgreSQL') await cluster.restartPostgres();
    else if (blow === 'Redis') await cluster.restartRedis();
    else cluster.kill(blow, random.between(0, 1));
  }
}

/** Until nothing is unfinished and every swept file is gone. */
async function rest(cluster: Cluster): Promise<void> {
  const deadline = Date.now() + REST_LIMIT_MS;
  for (;;) {
    const [open] = await cluster.sql<{ n: number }>(
      `SELECT count(*)::int AS n FROM inference_requests WHERE status IN ('IN_QUEUE', 'IN_PROGRESS')`,
    );
    if (open?.n === 0 || Date.now() > deadline) break;
    await sleep(500);
  }
  await sleep(2_000);
}

/** A killed worker cannot end its engines; they notice by themselves, within a moment. */
async function orphans(): Promise<string[]> {
  for (let patience = 10; ; patience -= 1) {
    const left = allProcesses().filter(
      ({ parent, command }) => parent === 1 && /host\/child\.js/.test(command),
    );
    if (left.length === 0 || patience === 0) return left.map(({ pid, command }) => `${pid} ${command}`);
    await sleep(500);
  }
}
