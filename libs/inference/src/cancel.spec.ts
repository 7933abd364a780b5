import type { INestApplicationContext } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { Actor } from '#libs/accounts';
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
import { SubmissionService } from './submission/submission.service.js';
import { WaitService } from './waiting/wait.service.js';

jest.setTimeout(60_000);

describeOnStore('cancelling', () => {
  let bench: InferenceBench;
  let api: INestApplicationContext;
  let worker: INestApplicationContext | undefined;
  let actor: Actor;
  let endpoint: string;
  let file: string;
  const engine = new DigestEngine();

  beforeAll(async () => {
    bench = await createBench();
    api = await startApi(bench);
    actor = await createActor(api);
    endpoint = await createModel(api, 'digest');
    file = await storeText(api, actor, 'some words');
  });

  afterAll(async () => {
    await worker?.close();
    await api?.close();
    await bench?.drop();
  });

  const submit = async (behaviour: string) =>
    (await api.get(SubmissionService).submit(actor, { endpoint, input: { file, behaviour } })).requestId;
  const inference = () => api.get(InferenceService);
  const row = async (id: string) => {
    const [found] = await api
      .get(DataSource)
      .query<Record<string, unknown>[]>('SELECT * FROM inference_requests WHERE id = $1', [id]);
    return found ?? {};
  };
  const inStatus = (id: string, status: string) => eventually(async () => (await row(id)).status === status);
  const wait = (id: string) =>
    api.get(WaitService).wait(actor, id, {
      timeoutSeconds: 20,
      pollIntervalSeconds: 20,
      signal: new AbortController().signal,
    });

  it('ends a queued request at once, and whoever waits for it hears so', async () => {
    const id = await submit('digest');
    const waiting = wait(id);
    const cancelled = await inference().cancel(actor, id);
    expect(cancelled).toMatchObject({ requestId: id, status: 'CANCELLED' });
    expect(cancelled.totalPrice).toBeUndefined();
    expect(await waiting).toMatchObject({ status: 'CANCELLED', timedOut: false });
    worker = await startWorker(bench, engine);
    expect(engine.jobs.some((job) => job.requestId === id)).toBe(false);
  });

  it.each(['hang', 'deaf'])('stops a running request: %s', async (behaviour) => {
    const id = await submit(behaviour);
    await inStatus(id, 'IN_PROGRESS');
    await eventually(async () => engine.jobs.some((job) => job.requestId === id));
    expect(await inference().cancel(actor, id)).toMatchObject({ status: 'CANCELLED' });
    if (behaviour === 'hang') await eventually(async () => engine.ended.has(id), 2);
    expect(await row(id)).toMatchObject({
      status: 'CANCELLED',
      total_price: null,
      output: null,
      error: null,
    });
    // The worker is free for the next one, whatever the engine does.
    const next = await submit('digest');
    expect(await wait(next)).toMatchObject({ status: 'COMPLETED' });
    expect(await api.get(FilesService, { strict: false }).listByRequest(id)).toEqual([]);
  });

  it('takes a second time for the first', async () => {
    const id = await submit('hang');
    await inference().cancel(actor, id);
    const { completed_at: ended } = await row(id);
    expect(await inference().cancel(actor, id)).toMatchObject({ status: 'CANCELLED' });
    expect((await row(id)).completed_at).toEqual(ended);
  });

  it('changes nothing of a request that ended, and says so', async () => {
    const id = await submit('digest');
    await wait(id);
    await expect(inference().cancel(actor, id)).rejects.toMatchObject({
      code: 'conflict',
      message: 'The request is COMPLETED already: there is nothing to cancel.',
    });
    expect(await row(id)).toMatchObject({ status: 'COMPLETED' });
  });

  it('is for the owner, and for administrators', async () => {
    const id = await submit('hang');
    const stranger = await createActor(api);
    await expect(inference().cancel(stranger, id)).rejects.toMatchObject({ code: 'request_not_found' });
    await expect(inference().cancel(actor, 'no id')).rejects.toMatchObject({ code: 'request_not_found' });
    expect((await row(id)).status).not.toBe('CANCELLED');
    expect(await inference().cancel({ ...stranger, role: 'admin' }, id)).toMatchObject({
      status: 'CANCELLED',
    });
  });

  it('and completing at the same time end in one of the two', async () => {
    const ids = await Promise.all(Array.from({ length: 12 }, () => submit('digest')));
    const answers = await Promise.all(
      ids.map(async (id) => {
        await new Promise((resolve) => setTimeout(resolve, Math.random() * 150));
        return inference()
          .cancel(actor, id)
          .then(
            (view) => view.status,
            () => 'COMPLETED',
          );
      }),
    );
    for (const [index, id] of ids.entries()) {
      await eventually(async () => ['COMPLETED', 'CANCELLED'].includes(String((await row(id)).status)));
      expect((await row(id)).status).toBe(answers[index]);
      const files = await api.get(FilesService, { strict: false }).listByRequest(id);
      if (answers[index] === 'CANCELLED') {
        await eventually(
          async () => (await api.get(FilesService, { strict: false }).listByRequest(id)).length === 0,
          5,
        );
        expect((await row(id)).total_price).toBeNull();
      } else {
        expect(files).toHaveLength(1);
        expect((await row(id)).total_price).not.toBeNull();
      }
    }
  });
});
