import { randomUUID } from 'node:crypto';
import type { INestApplicationContext } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { Actor } from '#libs/accounts';
import { APP_CONFIG, type AppConfig } from '#libs/config';
import { PreparedQueries } from '#libs/database';
import {
  createActor,
  createBench,
  createModel,
  eventually,
  type InferenceBench,
  startApi,
  storeText,
} from '../../../../test/support/inference-bench.js';
import { describeOnStore } from '../../../../test/support/queue-store.js';
import { InferenceService } from '../inference.service.js';
import { SubmissionService } from '../submission/submission.service.js';
import { ClaimsRepository } from './claims.repository.js';

jest.setTimeout(60_000);

/** No worker runs here: the test takes what a worker would be given, in the order in which it would be given. */
describeOnStore('the order of the queue', () => {
  let bench: InferenceBench;
  let api: INestApplicationContext;
  let endpoint: string;
  let limited: string;
  let users: { actor: Actor; file: string }[];

  beforeAll(async () => {
    bench = await createBench({ MAX_QUEUED_PER_USER: '6', MAX_RUNNING_PER_USER: '4', HOST_CONCURRENCY: '2' });
    api = await startApi(bench);
    endpoint = await createModel(api, 'model');
    limited = await createModel(api, 'limited');
    await sql(
      `UPDATE models m SET max_concurrency = 1 FROM catalog_entries e WHERE e.id = m.id AND alias = $1`,
      ['limited'],
    );
  });

  beforeEach(async () => {
    await sql('DELETE FROM inference_requests', []);
    users = [];
    for (let n = 0; n < 3; n += 1) {
      const actor = await createActor(api);
      users.push({ actor, file: await storeText(api, actor, `words of ${n}`) });
    }
  });

  afterAll(async () => {
    await api?.close();
    await bench?.drop();
  });

  const sql = (text: string, values: unknown[]) => api.get(DataSource).query<unknown[]>(text, values);
  const submit = async (user: number, change: { endpoint?: string; priority?: number } = {}) => {
    const { actor, file } = users[user]!;
    const submission = { endpoint, input: { file }, ...change };
    const submitted = await api.get(SubmissionService).submit(actor, submission);
    return { id: submitted.requestId, position: submitted.queuePosition };
  };
  const claim = async (worker = 'host:1:w'): Promise<string | undefined> => {
    const claims = new ClaimsRepository(api.get(PreparedQueries), api.get<AppConfig>(APP_CONFIG));
    return (await claims.claimNext(worker))?.id;
  };
  const finish = (id: string | undefined) =>
    sql(`UPDATE inference_requests SET status = 'FAILED', completed_at = now() WHERE id = $1`, [id]);
  const positions = async (user: number, ids: string[]) =>
    Promise.all(
      ids.map(async (id) => (await api.get(InferenceService).get(users[user]!.actor, id)).queuePosition),
    );

  it('goes round the users, however long the line of one of them is', async () => {
    const long = [];
    for (let n = 0; n < 5; n += 1) long.push((await submit(0)).id);
    const second = await submit(1);
    const third = await submit(2);
    const another = await submit(2);
    expect([second.position, third.position, another.position]).toEqual([2, 3, 5]);
    expect(await positions(0, long)).toEqual([1, 4, 6, 7, 8]);

    const order = [];
    for (let n = 0; n < 8; n += 1) {
      const id = await claim();
      order.push(id);
      await finish(id);
    }
    expect(order).toEqual([long[0], second.id, third.id, long[1], another.id, long[2], long[3], long[4]]);
  });

  it('gives the next turn to whoever has the fewest running', async () => {
    const [first, second] = [await submit(0), await submit(0)];
    expect(await claim()).toBe(first.id);
    const other = await submit(1);
    expect(await claim()).toBe(other.id);
    expect(await claim()).toBe(second.id);
  });

  it('lets a priority go first among the requests of its user, and past nobody else', async () => {
    const usual = await submit(0);
    const other = await submit(1);
    const urgent = await submit(0, { priority: 10 });
    const late = await submit(0, { priority: -1 });
    expect(urgent.position).toBe(2);
    const order: (string | undefined)[] = [];
    for (let n = 0; n < 4; n += 1) {
      const id = await claim();
      order.push(id);
      await finish(id);
    }
    expect(order.indexOf(urgent.id)).toBeLessThan(order.indexOf(usual.id));
    expect(order.indexOf(other.id)).toBeLessThan(order.indexOf(usual.id));
    expect(order.at(-1)).toBe(late.id);
  });

  it('holds a model to its own limit, and lets others pass', async () => {
    const [one, two] = [await submit(0, { endpoint: limited }), await submit(0, { endpoint: limited })];
    const free = await submit(1);
    const claimed = [await claim(), await claim()];
    expect(new Set(claimed)).toEqual(new Set([one.id, free.id]));
    expect(await claim()).toBeUndefined();
    await finish(one.id);
    expect(await claim()).toBe(two.id);
  });

  it('runs no more of one user at once than it may', async () => {
    for (let n = 0; n < 6; n += 1) await submit(0);
    const claimed = [];
    for (let n = 0; n < 5; n += 1) claimed.push(await claim());
    expect(claimed.filter((id) => id !== undefined)).toHaveLength(4);
    expect(claimed.at(-1)).toBeUndefined();
    const other = await submit(1);
    expect(await claim()).toBe(other.id);
  });

  it('runs no more local engines on one machine than it bears', async () => {
    const { hostname } = await import('node:os');
    for (let n = 0; n < 3; n += 1) await submit(n);
    await sql(`UPDATE inference_requests SET engine = 'local'`, []);
    expect(await claim(`${hostname()}:1:a`)).toBeDefined();
    expect(await claim(`${hostname()}:2:b`)).toBeDefined();
    expect(await claim(`${hostname()}:3:c`)).toBeUndefined();
  });

  it('gives each request to exactly one of many workers', async () => {
    for (let user = 0; user < 3; user += 1) for (let n = 0; n < 4; n += 1) await submit(user);
    const claimed = await Promise.all(Array.from({ length: 20 }, (_, n) => claim(`host:${n}:w`)));
    const ids = claimed.filter((id) => id !== undefined);
    expect(ids).toHaveLength(12);
    expect(new Set(ids).size).toBe(12);
  });

  it('gives the next one when the chosen one is cancelled at that moment', async () => {
    const first = await submit(0);
    const second = await submit(1);
    const canceller = api.get(DataSource).createQueryRunner();
    await canceller.startTransaction();
    await canceller.query(`UPDATE inference_requests SET status = 'CANCELLED' WHERE id = $1`, [first.id]);
    const claimed = claim();
    // The claim has chosen it and waits for its row.
    await eventually(async () => (await sql(`SELECT 1 FROM pg_locks WHERE NOT granted`, [])).length > 0);
    await canceller.commitTransaction();
    await canceller.release();
    expect(await claimed).toBe(second.id);
  });

  it('refuses more than one user may have waiting, in a sentence', async () => {
    for (let n = 0; n < 6; n += 1) await submit(0);
    await expect(submit(0)).rejects.toMatchObject({
      code: 'rate_limited',
      message: 'You have 6 requests waiting, and no more may wait at once.',
    });
    await expect(submit(1)).resolves.toMatchObject({ position: 2 });
  });

  it.each([11, -11, 1.5])('refuses the priority %s', async (priority) => {
    await expect(submit(0, { priority })).rejects.toMatchObject({
      code: 'invalid_request',
      details: { validationErrors: [{ path: 'priority' }] },
    });
  });

  it('stays quick with a long history and a long queue', async () => {
    const { actor } = users[0]!;
    await sql(
      `INSERT INTO inference_requests (id, user_id, endpoint, model_endpoint, model_version, engine, input,
         model_input, status, price_unit, price_amount, input_fingerprint)
       SELECT 'old-' || n, $1, 'a/b', 'a/b', 1, 'digest', '{}', '{}',
         CASE WHEN n <= 20000 THEN 'COMPLETED' ELSE 'IN_QUEUE' END, 'request', 1, $2
       FROM generate_series(1, 25000) n`,
      [actor.userId, randomUUID()],
    );
    await sql('ANALYZE inference_requests', []);
    const plan = (await sql(
      `EXPLAIN (FORMAT JSON) SELECT count(*) FROM inference_requests WHERE status = 'IN_QUEUE' AND user_id = $1`,
      [actor.userId],
    )) as { 'QUERY PLAN': unknown }[];
    expect(JSON.stringify(plan)).not.toContain('Seq Scan');
    expect(await claim()).toBe('old-20001');
  });
});
