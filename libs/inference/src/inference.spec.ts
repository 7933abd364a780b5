import { createHash } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { ConsoleLogger, type INestApplicationContext } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { Actor } from '#libs/accounts';
import { PreparedQueries } from '#libs/database';
import { FilesService } from '#libs/files';
import {
  createActor,
  createBench,
  createModel,
  DigestEngine,
  eventually,
  type InferenceBench,
  startApi,
  startWorker,
  storeText,
} from '../../../test/support/inference-bench.js';
import { describeOnStore } from '../../../test/support/queue-store.js';
import { InferenceService } from './inference.service.js';
import type { RequestView } from './request-view.js';
import { SubmissionService } from './submission/submission.service.js';
import { WaitService } from './waiting/wait.service.js';

jest.setTimeout(60_000);

describeOnStore('requests', () => {
  let bench: InferenceBench;
  let api: INestApplicationContext;
  let worker: INestApplicationContext;
  let inference: InferenceService;
  let submissions: SubmissionService;
  let actor: Actor;
  let stranger: Actor;
  let endpoint: string;
  let file: string;
  const engine = new DigestEngine();

  beforeAll(async () => {
    bench = await createBench();
    api = await startApi(bench);
    worker = await startWorker(bench, engine);
    inference = api.get(InferenceService);
    submissions = api.get(SubmissionService);
    actor = await createActor(worker);
    stranger = await createActor(worker);
    endpoint = await createModel(worker, 'digest');
    file = await storeText(worker, actor, 'some words');
  });

  afterAll(async () => {
    await worker?.close();
    await api?.close();
    await bench?.drop();
  });

  const row = async (requestId: string): Promise<Record<string, unknown>> => {
    const [found] = await api
      .get(DataSource)
      .query<Record<string, unknown>[]>('SELECT * FROM inference_requests WHERE id = $1', [requestId]);
    return found ?? {};
  };
  const countRows = async () => {
    const [found] = await api
      .get(DataSource)
      .query<{ n: number }[]>('SELECT count(*)::int AS n FROM inference_requests');
    return found?.n;
  };
  const done = (requestId: string) =>
    api.get(WaitService).wait(actor, requestId, {
      timeoutSeconds: 30,
      pollIntervalSeconds: 2,
      signal: new AbortController().signal,
    });
  const run = async (behaviour: string): Promise<RequestView> =>
    done((await submissions.submit(actor, { endpoint, input: { file, behaviour } })).requestId);

  describe('that succeed', () => {
    it('are answered at once, and end with the output, its file and its price', async () => {
      const submitted = await submissions.submit(actor, {
        endpoint,
        input: { file },
        metadata: { job: 'first' },
      });
      expect(submitted).toEqual({
        requestId: expect.stringMatching(/^[A-Za-z0-9_-]{21}$/) as string,
        status: 'IN_QUEUE',
        endpoint,
        queuePosition: 1,
        price: { unit: 'output', amountUsd: '0.0040' },
      });

      const result = await done(submitted.requestId);
      const digest = createHash('sha256').update('some words').digest('hex');
      expect(result).toMatchObject({
        requestId: submitted.requestId,
        kind: 'model',
        status: 'COMPLETED',
        timedOut: false,
        output: { digest },
        pricing: { unit: 'output', amountUsd: '0.0040', quantity: '1' },
        totalPrice: '0.0040',
        metadata: { job: 'first' },
      });
      expect(result.files).toHaveLength(1);
      expect(result.output?.report).toBe(result.files[0]?.url);
      expect(result.inferenceSeconds).toBeGreaterThan(0);
      expect(result.queuePosition).toBeUndefined();

      const [stored] = await worker.get(FilesService, { strict: false }).listByRequest(submitted.requestId);
      expect(await storedText(stored?.key ?? '')).toBe(digest);
      expect(await row(submitted.requestId)).toMatchObject({ attempts: 1, lost_attempts: 0, run_plan: null });
    });

    it('hand the engine the defaults, the file and a folder that is gone afterwards', async () => {
      const { requestId } = await run('digest');
      const job = engine.jobs.find((candidate) => candidate.requestId === requestId);
      expect(job?.input).toEqual({ file, behaviour: 'digest' });
      expect(job?.files.get(file)).toMatchObject({ size: 10, contentType: 'text/plain' });
      const gone = () =>
        readdir(job?.workDir ?? '').catch((error: NodeJS.ErrnoException) => error.code === 'ENOENT');
      await eventually(async () => (await gone()) === true, 5);
    });
  });

  describe('that fail', () => {
    it.each([
      ['refuse', 'invalid_file', 'The file is not what this model takes.', /^$/],
      ['throw', 'engine_failed', 'The model failed on this input.', /\nError: secret cause .*\n +at /],
    ])('say why, cost nothing, leave the cause in the log: %s', async (behaviour, code, message, logged) => {
      const log = jest.spyOn(ConsoleLogger.prototype, 'error').mockReturnValue();
      const result = await run(behaviour);
      expect(log.mock.calls.map(([line]) => String(line)).join('\n')).toMatch(logged);
      log.mockRestore();
      const error = { code, message };
      expect(result).toMatchObject({ status: 'FAILED', error, files: [], timedOut: false });
      expect(result.totalPrice).toBeUndefined();
      expect(result.completedAt).toBeDefined();
      expect(JSON.stringify(await row(result.requestId))).not.toContain('10.0.0.7');
    });

    it('name the paths of an output that does not fit, and store none of its files', async () => {
      const result = await run('ill-formed');
      expect(result.error?.code).toBe('invalid_output');
      expect(result.error?.message).toContain('digest');
      expect(await worker.get(FilesService, { strict: false }).listByRequest(result.requestId)).toEqual([]);
    });

    it('say that a file is gone', async () => {
      const missing = file.replace(/[^/]+$/, (key) => key.split('').reverse().join(''));
      const submitted = await submissions.submit(actor, { endpoint, input: { file: missing } });
      expect((await done(submitted.requestId)).error?.code).toMatch(/unreachable_url|blocked_url/);
    });
  });

  describe('that are refused', () => {
    it.each([
      ['an unknown endpoint', 'endpoint_not_found', { endpoint: 'tests/none', input: {} }, undefined],
      ['an input that does not fit', 'invalid_input', { input: { file: 7, extra: 1 } }, 'extra'],
      ['a private address', 'blocked_url', { input: { file: 'http://10.0.0.7/x' } }, 'file'],
      ['another scheme', 'blocked_url', { input: { file: 'ftp://example.org/x' } }, 'file'],
      ['a NUL in the input', 'invalid_input', { input: { file: 'http://e.org/\0' } }, 'file'],
      ['metadata over its limits', 'invalid_request', { metadata: { k: 'v'.repeat(513) } }, 'metadata.k'],
      ['an empty idempotency key', 'invalid_request', { idempotencyKey: '' }, 'idempotencyKey'],
    ])('leave nothing behind: %s', async (_what, code, change, path) => {
      const before = await countRows();
      const refusal: unknown = await submissions
        .submit(actor, { endpoint, input: { file }, ...change })
        .catch((e: unknown) => e);
      expect(refusal).toMatchObject({ code });
      const errors = (refusal as { details: { validationErrors?: { path: string }[] } }).details
        .validationErrors;
      if (path !== undefined) expect(errors?.map((error) => error.path)).toContain(path);
      expect(await countRows()).toBe(before);
    });
  });

  describe('under an idempotency key', () => {
    it('are one, however often and however fast they are submitted', async () => {
      const submission = { endpoint, input: { file }, idempotencyKey: 'once' };
      const answers = await Promise.all(
        Array.from({ length: 5 }, () => submissions.submit(actor, submission)),
      );
      const ids = new Set(answers.map(({ requestId }) => requestId));
      expect(ids.size).toBe(1);
      const [requestId = ''] = ids;
      await done(requestId);
      expect(await submissions.submit(actor, submission)).toEqual({
        requestId,
        status: 'COMPLETED',
        endpoint,
        price: { unit: 'output', amountUsd: '0.0040' },
      });
      expect(engine.jobs.filter((job) => job.requestId === requestId)).toHaveLength(1);
    });

    it('refuse another input, but not another user', async () => {
      const submission = { endpoint, input: { file }, idempotencyKey: 'mine' };
      const { requestId } = await submissions.submit(actor, submission);
      const other = { ...submission, input: { file, behaviour: 'throw' } };
      await expect(submissions.submit(actor, other)).rejects.toMatchObject({ code: 'conflict' });
      expect((await submissions.submit(stranger, submission)).requestId).not.toBe(requestId);
    });
  });

  describe('of someone else', () => {
    it.each([
      ['get', (id: string) => inference.get(stranger, id)],
      ['wait', (id: string) => waitAs(stranger, id)],
    ])('do not exist, like those that do not: %s', async (_what, call) => {
      const { requestId } = await submissions.submit(actor, { endpoint, input: { file } });
      for (const id of [requestId, 'x'.repeat(21), 'short', '', "' OR 1=1 --", '\0'.repeat(21)]) {
        await expect(call(id)).rejects.toMatchObject({ code: 'request_not_found' });
      }
      expect(
        (await inference.list(stranger, { page: 1, limit: 100 })).items.map((item) => item.requestId),
      ).not.toContain(requestId);
    });
  });

  describe('in the history', () => {
    it('are filtered, newest first, in pages that do not overlap', async () => {
      const owner = await createActor(worker);
      const submit = (metadata: Record<string, string>) =>
        submissions.submit(owner, { endpoint, input: { file }, metadata }).then(({ requestId }) => requestId);
      const ids: string[] = [];
      for (let index = 0; index < 5; index += 1)
        ids.unshift(await submit({ n: String(index), odd: String(index % 2) }));

      const first = await inference.list(owner, { page: 1, limit: 2 });
      const second = await inference.list(owner, { page: 2, limit: 2 });
      expect([...first.items, ...second.items].map(({ requestId }) => requestId)).toEqual(ids.slice(0, 4));
      expect(first).toMatchObject({ total: 5, hasMore: true, page: 1, limit: 2 });
      expect(await inference.list(owner, { page: 3, limit: 2 })).toMatchObject({ hasMore: false });
      for (const page of [1e18, 1e308]) {
        expect(await inference.list(owner, { page, limit: 100 })).toMatchObject({
          items: [],
          hasMore: false,
        });
      }

      const matching = async (filter: Parameters<InferenceService['list']>[1]) =>
        (await inference.list(owner, filter)).items.map(({ requestId }) => requestId);
      const all = { page: 1, limit: 100 };
      expect(await matching({ ...all, metadata: { odd: '1' } })).toEqual([ids[1], ids[3]]);
      expect(await matching({ ...all, metadata: { odd: '1', n: '3' } })).toEqual([ids[1]]);
      expect(await matching({ ...all, metadata: { odd: '1', n: '2' } })).toEqual([]);
      expect(await matching({ ...all, modelEndpoint: endpoint })).toEqual(ids);
      expect(await matching({ ...all, modelEndpoint: ` ${endpoint.toUpperCase()}` })).toEqual(ids);
      expect(await matching({ ...all, modelEndpoint: 'tests/none' })).toEqual([]);
      for (const requestId of ids) await waitAs(owner, requestId);
      expect(await matching({ ...all, status: 'COMPLETED' })).toEqual(ids);
      expect(await matching({ ...all, status: 'IN_QUEUE' })).toEqual([]);
      expect((await inference.list(owner, all)).items.every(({ files }) => files.length === 1)).toBe(true);
    });
  });

  describe('in a long history', () => {
    let owner: Actor;
    beforeAll(async () => {
      owner = await createActor(worker);
      await api.get(DataSource).query(
        `INSERT INTO inference_requests (id, user_id, endpoint, model_endpoint, model_version, engine, input,
           model_input, status, price_unit, price_amount, input_fingerprint, created_at)
         SELECT lpad(n::text, 21, 'h'), $1, $2, $2, 1, 'digest', '{}', '{}', 'FAILED', 'request', 1, 'f',
           now() - make_interval(secs => 20000 - n / 2)
         FROM generate_series(1, 10100) n`,
        [owner.userId, endpoint],
      );
    });
    const list = (query: { page?: number; before?: string }) =>
      inference.list(owner, { page: 1, limit: 3, ...query });
    const numbers = (items: RequestView[]) =>
      items.map(({ requestId }) => Number(requestId.replaceAll('h', '')));

    it('go on after what was read, whatever is submitted in between', async () => {
      const first = await list({});
      expect(numbers(first.items)).toEqual([10_100, 10_099, 10_098]);
      await submissions.submit(owner, { endpoint, input: { file } });
      const second = await list({ before: first.nextBefore! });
      expect(numbers(second.items)).toEqual([10_097, 10_096, 10_095]);
    });

    it('end where they end', async () => {
      const nearTheEnd = await list({ before: `${'h'.repeat(20)}4` });
      expect(numbers(nearTheEnd.items)).toEqual([3, 2, 1]);
      expect(nearTheEnd).toMatchObject({ hasMore: false });
      expect(nearTheEnd.nextBefore).toBeUndefined();
    });

    it('are counted up to ten thousand, and say so', async () => {
      expect(await list({})).toMatchObject({ total: 10_000, totalIsMinimum: true, hasMore: true });
      expect(await list({ page: 3_360 })).toMatchObject({ total: 10_000, hasMore: true });
    });

    it('know no anchor that is not theirs', async () => {
      const theirs = await submissions.submit(stranger, { endpoint, input: { file } });
      for (const before of [theirs.requestId, 'x', 'x'.repeat(21)]) {
        await expect(list({ before })).rejects.toMatchObject({ code: 'request_not_found' });
      }
    });
  });

  describe('that are waited for', () => {
    it('wake the wait by their event, not by the re-read', async () => {
      const { requestId } = await submissions.submit(actor, {
        endpoint,
        input: { file, behaviour: 'progress' },
      });
      const told: { message: string; percent?: number }[] = [];
      const result = await waitAs(actor, requestId, {
        pollIntervalSeconds: 60,
        onProgress: (p) => told.push(p),
      });
      const late = Date.now() - Date.parse(result.completedAt ?? '');
      expect(result.status).toBe('COMPLETED');
      expect(late).toBeLessThan(200);
      expect(told[0]?.message).toMatch(/in the queue|running/);
      expect(
        told.some(({ percent, message }) => percent !== undefined && message.includes('digesting')),
      ).toBe(true);
      expect(told.length).toBeLessThanOrEqual(8);
    });

    it('are found by the re-read when the event was missed', async () => {
      const { requestId } = await submissions.submit(actor, { endpoint, input: { file, behaviour: 'hang' } });
      const waiting = waitAs(actor, requestId, { pollIntervalSeconds: 1 });
      await sleep(500);
      await api
        .get(DataSource)
        .query(`UPDATE inference_requests SET status = 'CANCELLED', completed_at = now() WHERE id = $1`, [
          requestId,
        ]);
      const started = performance.now();
      expect(await waiting).toMatchObject({ status: 'CANCELLED', timedOut: false });
      expect(performance.now() - started).toBeLessThan(1_500);
    });

    it('cost a crowd of waits a few statements, not one each', async () => {
      const submission = { endpoint, input: { file, behaviour: 'hang' } };
      const submitted = Array.from({ length: 150 }, () => submissions.submit(actor, submission));
      const ids = (await Promise.all(submitted)).map(({ requestId }) => requestId);
      const statements = jest.spyOn(api.get(PreparedQueries), 'rows');
      const waits = ids.map((id) => done(id));
      await sleep(1_000);
      await Promise.all(ids.map((id) => inference.cancel(actor, id)));
      const results = await Promise.all(waits);
      expect(results.every(({ status }) => status === 'CANCELLED')).toBe(true);
      const reads = statements.mock.calls.filter(([name]) => /_(views|states|places)$/.test(name));
      statements.mockRestore();
      expect(reads.length).toBeLessThan(80);
    });

    it('are no error when the time runs out', async () => {
      const { requestId } = await submissions.submit(actor, { endpoint, input: { file, behaviour: 'hang' } });
      const result = await waitAs(actor, requestId, { timeoutSeconds: 1 });
      expect(result).toMatchObject({ timedOut: true, estimatedSecondsLeft: expect.any(Number) as number });
      expect(result.status).toMatch(/IN_QUEUE|IN_PROGRESS/);
      expect(result.message).toContain('Call wait_for_request again');
      await api
        .get(DataSource)
        .query(`UPDATE inference_requests SET status = 'CANCELLED' WHERE id = $1`, [requestId]);
    });

    it('go on when the waiting client goes away', async () => {
      const { requestId } = await submissions.submit(actor, {
        endpoint,
        input: { file, behaviour: 'progress' },
      });
      const client = new AbortController();
      setTimeout(() => client.abort(), 200);
      const started = performance.now();
      await expect(waitAs(actor, requestId, { signal: client.signal })).rejects.toMatchObject({
        code: 'cancelled',
      });
      expect(performance.now() - started).toBeLessThan(600);
      expect((await done(requestId)).status).toBe('COMPLETED');
    });
  });

  function waitAs(who: Actor, requestId: string, options: Partial<Parameters<WaitService['wait']>[2]> = {}) {
    const signal = new AbortController().signal;
    return api
      .get(WaitService)
      .wait(who, requestId, { timeoutSeconds: 30, pollIntervalSeconds: 2, signal, ...options });
  }

  async function storedText(key: string): Promise<string> {
    const files = worker.get(FilesService, { strict: false });
    const record = await files.findByKey(key);
    if (!record) throw new Error('no such file');
    const chunks: Buffer[] = [];
    for await (const chunk of await files.open(record)) chunks.push(chunk as Buffer);
    return Buffer.concat(chunks).toString();
  }
});
