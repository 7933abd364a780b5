import type { INestApplicationContext } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { Actor } from '#libs/accounts';
import {
  createActor,
  createBench,
  createModel,
  type InferenceBench,
  startApi,
  storeText,
} from '../../../../test/support/inference-bench.js';
import { describeOnStore } from '../../../../test/support/queue-store.js';
import { SubmissionService } from './submission.service.js';

jest.setTimeout(60_000);

describeOnStore('a submission that is made again', () => {
  let bench: InferenceBench;
  let api: INestApplicationContext;
  let actor: Actor;
  let stranger: Actor;
  let endpoint: string;
  let file: string;

  beforeAll(async () => {
    bench = await createBench({ DEDUPLICATE_SECONDS: '10' });
    api = await startApi(bench);
    actor = await createActor(api);
    stranger = await createActor(api);
    endpoint = await createModel(api, 'digest');
    file = await storeText(api, actor, 'some words');
  });

  beforeEach(() => api.get(DataSource).query('DELETE FROM inference_requests'));

  afterAll(async () => {
    await api?.close();
    await bench?.drop();
  });

  const submit = (input: object = { file }, who = actor, idempotencyKey?: string) =>
    api.get(SubmissionService).submit(who, { endpoint, input, idempotencyKey });
  const count = async () => {
    const [row] = await api
      .get(DataSource)
      .query<{ n: number }[]>('SELECT count(*)::int AS n FROM inference_requests');
    return row?.n;
  };
  const sql = (text: string) => api.get(DataSource).query(text);

  it('is answered with the first while that is unfinished', async () => {
    const first = await submit({ file, behaviour: 'digest' });
    expect(first.deduplicated).toBeUndefined();
    // The same input in another order.
    const again = await submit({ behaviour: 'digest', file });
    expect(again).toEqual({ ...first, deduplicated: true });
    expect(await count()).toBe(1);
  });

  it('makes one request of twenty at the same time', async () => {
    const answers = await Promise.all(Array.from({ length: 20 }, () => submit()));
    expect(new Set(answers.map(({ requestId }) => requestId)).size).toBe(1);
    expect(answers.filter(({ deduplicated }) => !deduplicated)).toHaveLength(1);
    expect(await count()).toBe(1);
  });

  it.each([
    ['another input', () => submit({ file, behaviour: 'refuse' })],
    ['another user', () => submit({ file }, stranger)],
    ['a key, which says that it is meant', () => submit({ file }, actor, 'a key')],
  ])('is a request of its own with %s', async (_what, other) => {
    const first = await submit();
    expect((await other()).requestId).not.toBe(first.requestId);
    expect(await count()).toBe(2);
  });

  it.each([
    ['the first ended', `UPDATE inference_requests SET status = 'FAILED'`],
    [
      'seconds went by',
      `UPDATE inference_requests SET created_at = created_at - interval '11 seconds', retry_key = 'before'`,
    ],
  ])('is a request of its own when %s', async (_what, statement) => {
    const first = await submit();
    await sql(statement);
    const second = await submit();
    expect(second.requestId).not.toBe(first.requestId);
    expect(second.deduplicated).toBeUndefined();
  });

  it('with one key is one request, and another input under that key is refused', async () => {
    const answers = await Promise.all(Array.from({ length: 10 }, () => submit({ file }, actor, 'once')));
    expect(new Set(answers.map(({ requestId }) => requestId)).size).toBe(1);
    await expect(submit({ file, behaviour: 'refuse' }, actor, 'once')).rejects.toMatchObject({
      code: 'conflict',
    });
    expect(await count()).toBe(1);
  });
});
