import { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { getQueueToken } from '@nestjs/bullmq';
import type { INestApplicationContext } from '@nestjs/common';
import type { Queue } from 'bullmq';
import { DataSource } from 'typeorm';
import type { Actor } from '#libs/accounts';
import { APP_CONFIG, type AppConfig } from '#libs/config';
import { PreparedQueries } from '#libs/database';
import type { EngineCallbacks, EngineJob } from '#libs/engines';
import { FilesService } from '#libs/files';
import { UnfinishedSweep } from './execution/unfinished-sweep.service.js';
import { INFERENCE_QUEUE } from './inference-queue.service.js';
import { InferenceService } from './inference.service.js';
import { SubmissionService } from './submission/submission.service.js';
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
import { type Claim, ClaimsRepository } from './queueing/claims.repository.js';
import { RequestLifecycleRepository } from './request-lifecycle.repository.js';

jest.setTimeout(60_000);

/** The second worker's engine: what hung on the first runs through. */
class PatientEngine extends DigestEngine {
  override run(job: EngineJob, callbacks: EngineCallbacks): Promise<Record<string, unknown>> {
    return super.run({ ...job, input: { ...job.input, behaviour: 'digest' } }, callbacks);
  }
}

describeOnStore('requests and dead workers', () => {
  let bench: InferenceBench;
  let api: INestApplicationContext;
  let worker: INestApplicationContext | undefined;
  let actor: Actor;
  let endpoint: string;
  let file: string;

  beforeAll(async () => {
    bench = await createBench();
    const first = await startWorker(bench, new DigestEngine());
    api = await startApi(bench);
    actor = await createActor(first);
    endpoint = await createModel(first, 'digest');
    file = await storeText(first, actor, 'some words');
    await first.close();
  });

  afterEach(async () => {
    await worker?.close();
    worker = undefined;
  });

  afterAll(async () => {
    await api?.close();
    await bench?.drop();
  });

  const submit = async (behaviour = 'digest'): Promise<string> =>
    (await api.get(SubmissionService).submit(actor, { endpoint, input: { file, behaviour } })).requestId;
  const sql = (text: string, values: unknown[]) =>
    api.get(DataSource).query<Record<string, unknown>[]>(text, values);
  const row = async (id: string) =>
    (await sql('SELECT * FROM inference_requests WHERE id = $1', [id]))[0] ?? {};
  const inStatus = (id: string, status: string) =>
    eventually(async () => {
      const found = await row(id);
      return found.status === status && found;
    });
  const lifecycle = () => api.get(RequestLifecycleRepository);
  const claims = () => new ClaimsRepository(api.get(PreparedQueries), api.get<AppConfig>(APP_CONFIG));
  const claimAs = async (id: string, name: string): Promise<Claim> => {
    const claim = await claims().claimNext(name);
    if (claim?.id !== id) throw new Error(`${id} was not claimed, but ${claim?.id}`);
    return claim;
  };
  const silence = (id: string) =>
    sql(`UPDATE inference_requests SET heartbeat_at = now() - interval '11 seconds' WHERE id = $1`, [id]);

  it('are run again when their worker died, without what it left behind', async () => {
    const id = await submit();
    await claimAs(id, 'ghost');
    await api
      .get(FilesService, { strict: false })
      .store(actor, Readable.from([Buffer.from('half a result')]), { requestId: id });
    await silence(id);
    worker = await startWorker(bench, new DigestEngine());
    expect(await inStatus(id, 'COMPLETED')).toMatchObject({ attempts: 2, lost_attempts: 1 });
    expect((await api.get(InferenceService).get(actor, id)).files).toHaveLength(1);
  });

  it('are taken over by the entry that the queue gives back', async () => {
    const id = await submit();
    await claimAs(id, 'ghost');
    worker = await startWorker(bench, new DigestEngine());
    await sleep(1_000);
    expect(await row(id)).toMatchObject({ status: 'IN_PROGRESS', worker: 'ghost', attempts: 1 });
    await silence(id);
    await api
      .get<Queue>(getQueueToken(INFERENCE_QUEUE))
      .add('run', { requestId: id }, { jobId: `${id}.again` });
    expect(await inStatus(id, 'COMPLETED')).toMatchObject({ attempts: 2, lost_attempts: 1 });
  });

  it('keep what the next attempt stored, also when it was faster than the sweep that took them', async () => {
    const id = await submit();
    await claimAs(id, 'ghost');
    worker = await startWorker(bench, new DigestEngine());
    await sleep(1_000);
    const sweep = worker.get(UnfinishedSweep);
    sweep.stop();
    const swept = worker.get(RequestLifecycleRepository, { strict: false });
    const reclaimLost = swept.reclaimLost.bind(swept);
    const files = api.get(FilesService, { strict: false });
    jest.spyOn(swept, 'reclaimLost').mockImplementationOnce(async (silentSeconds) => {
      const lost = await reclaimLost(silentSeconds);
      await claimAs(id, 'heir');
      await files.store(actor, Readable.from([Buffer.from('the result')]), { requestId: id });
      return lost;
    });
    await silence(id);
    await sweep.sweep();
    expect(await row(id)).toMatchObject({ worker: 'heir', attempts: 2, lost_attempts: 1 });
    expect(await files.listByRequest(id)).toHaveLength(1);
    await sql(`UPDATE inference_requests SET status = 'CANCELLED' WHERE id = $1`, [id]);
  });

  it('are given up after the third', async () => {
    const id = await submit();
    for (const name of ['ghost-1', 'ghost-2', 'ghost-3']) {
      await claimAs(id, name);
      await silence(id);
      await lifecycle().reclaimLost(10, id);
    }
    expect(await row(id)).toMatchObject({
      status: 'FAILED',
      attempts: 3,
      lost_attempts: 3,
      run_plan: null,
      total_price: null,
      error: { code: 'engine_crashed', message: 'The worker stopped 3 times while it ran this request.' },
    });
    expect((await row(id)).completed_at).toBeInstanceOf(Date);
    expect(await claims().claimNext('ghost-4')).toBeNull();
  });

  it('are not taken from a worker that lives', async () => {
    const id = await submit();
    const claim = await claimAs(id, 'living');
    expect(await lifecycle().reclaimLost(10, id)).toEqual([]);
    expect(await lifecycle().heartbeat(claim)).toBe(true);
    expect(await lifecycle().fail(claim, { code: 'engine_failed', message: 'x' })).toBe(true);
  });

  it('take nothing from a worker that came back from the dead', async () => {
    const id = await submit();
    const ghost = await claimAs(id, 'ghost');
    await silence(id);
    await lifecycle().reclaimLost(10, id);
    const heir = await claimAs(id, 'heir');
    const charge = { quantity: '1', total: '0.0040' };
    expect(await lifecycle().heartbeat(ghost)).toBe(false);
    expect(await lifecycle().saveProgress(ghost, { percent: 1 })).toBe(false);
    expect(
      await lifecycle().complete(ghost, { output: { from: 'ghost' }, charge, inferenceSeconds: 1 }),
    ).toBe(false);
    expect(await lifecycle().fail(ghost, { code: 'engine_failed', message: 'x' })).toBe(false);
    expect(await lifecycle().release(ghost)).toBe(false);
    expect(await lifecycle().complete(heir, { output: { from: 'heir' }, charge, inferenceSeconds: 1 })).toBe(
      true,
    );
    expect(await lifecycle().isCompletedBy(ghost)).toBe(false);
    expect(await lifecycle().isCompletedBy(heir)).toBe(true);
    for (const late of [lifecycle().release(heir), lifecycle().fail(heir, { code: 'x', message: 'x' })]) {
      expect(await late).toBe(false);
    }
    expect(await row(id)).toMatchObject({ status: 'COMPLETED', output: { from: 'heir' } });
  });

  it('leave a worker that lost them, and its engine is stopped', async () => {
    const id = await submit('hang');
    const engine = new DigestEngine();
    worker = await startWorker(bench, engine);
    await inStatus(id, 'IN_PROGRESS');
    await sql(`UPDATE inference_requests SET worker = 'heir', attempts = attempts + 1 WHERE id = $1`, [id]);
    await eventually(async () => engine.ended.has(id), 10);
    expect(await row(id)).toMatchObject({ status: 'IN_PROGRESS', worker: 'heir', attempts: 2 });
    await sql(`UPDATE inference_requests SET status = 'CANCELLED' WHERE id = $1`, [id]);
  });

  it.each(['hang', 'deaf'])('go back to the queue when the worker is stopped: %s', async (behaviour) => {
    const id = await submit(behaviour);
    worker = await startWorker(bench, new DigestEngine());
    await inStatus(id, 'IN_PROGRESS');
    const started = performance.now();
    await worker.close();
    worker = undefined;
    expect(performance.now() - started).toBeLessThan(7_000);
    expect(await row(id)).toMatchObject({
      status: 'IN_QUEUE',
      attempts: 1,
      lost_attempts: 0,
      heartbeat_at: null,
    });
    worker = await startWorker(bench, new PatientEngine());
    expect(await inStatus(id, 'COMPLETED')).toMatchObject({ attempts: 2, lost_attempts: 0 });
  });

  it('are found when the queue was emptied', async () => {
    const ids = await Promise.all([submit(), submit(), submit()]);
    await api.get<Queue>(getQueueToken(INFERENCE_QUEUE)).obliterate({ force: true });
    await sql(
      `UPDATE inference_requests SET enqueued_at = now() - interval '61 seconds' WHERE id = ANY($1)`,
      [ids],
    );
    worker = await startWorker(bench, new DigestEngine());
    for (const id of ids) expect(await inStatus(id, 'COMPLETED')).toMatchObject({ attempts: 1 });
  });

  it('run by the event alone, while the queue gives nothing', async () => {
    const queue = api.get<Queue>(getQueueToken(INFERENCE_QUEUE));
    worker = await startWorker(bench, new DigestEngine());
    worker.get(UnfinishedSweep).stop();
    await queue.pause();
    try {
      const id = await submit();
      expect(await inStatus(id, 'COMPLETED')).toMatchObject({ attempts: 1 });
    } finally {
      await queue.resume();
    }
  });

  it('run by the entry alone, when nobody heard the event', async () => {
    const id = await submit();
    await eventually(
      async () => (await api.get<Queue>(getQueueToken(INFERENCE_QUEUE)).getWaitingCount()) > 0,
    );
    worker = await startWorker(bench, new DigestEngine());
    expect(await inStatus(id, 'COMPLETED')).toMatchObject({ attempts: 1 });
  });

  it('run once, however many entries stand for them', async () => {
    const engine = new DigestEngine();
    worker = await startWorker(bench, engine);
    const id = await submit('progress');
    const queue = api.get<Queue>(getQueueToken(INFERENCE_QUEUE));
    await Promise.all([1, 2, 3].map((n) => queue.add('run', { requestId: id }, { jobId: `${id}.copy${n}` })));
    await worker.get(UnfinishedSweep).sweep();
    expect(await inStatus(id, 'COMPLETED')).toMatchObject({ attempts: 1 });
    await sleep(500);
    expect(engine.jobs.filter((job) => job.requestId === id)).toHaveLength(1);
  });
});
