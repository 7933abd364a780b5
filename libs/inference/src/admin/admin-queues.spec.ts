import { getQueueToken } from '@nestjs/bullmq';
import type { INestApplicationContext } from '@nestjs/common';
import type { Queue } from 'bullmq';
import { DataSource } from 'typeorm';
import type { Actor } from '#libs/accounts';
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
} from '../../../../test/support/inference-bench.js';
import { describeOnStore } from '../../../../test/support/queue-store.js';
import { Worker } from 'bullmq';
import { SubmissionService } from '../submission/submission.service.js';
import { AdminQueuesService, type QueueView } from './admin-queues.service.js';

jest.setTimeout(60_000);

describeOnStore('the queues', () => {
  let bench: InferenceBench;
  let api: INestApplicationContext;
  let worker: INestApplicationContext | undefined;
  let admin: Actor;
  let file: string;
  let endpoint: string;

  beforeAll(async () => {
    bench = await createBench();
    api = await startApi(bench);
    admin = { ...(await createActor(api)), role: 'admin' };
    endpoint = await createModel(api, 'digest');
    file = await storeText(api, admin, 'some words');
  });

  afterAll(async () => {
    await worker?.close();
    await api?.close();
    await bench?.drop();
  });

  const sql = <Row>(text: string, values: unknown[] = []) => api.get(DataSource).query<Row[]>(text, values);
  const queues = () => api.get(AdminQueuesService, { strict: false });
  const view = async (name: string): Promise<QueueView> =>
    (await queues().list(admin)).items.find((queue) => queue.name === name)!;
  const submit = (behaviour: string) =>
    api.get(SubmissionService).submit(admin, { endpoint, input: { file, behaviour } });

  it('are those that the modules registered, with what waits in each', async () => {
    expect((await queues().list(admin)).items.map(({ name }) => name)).toEqual([
      'inference',
      'ingest',
      'storage-check',
    ]);
    await submit('hang');
    await submit('hang');
    // Entries follow the answers of the submissions.
    await eventually(async () => (await view('inference')).counts.waiting === 2);
    const { counts, requests, workers } = await view('inference');
    expect(counts).toMatchObject({ waiting: 2, active: 0, failed: 0 });
    expect(workers).toBe(0);
    expect(requests).toMatchObject({ queued: 2, running: 0, busyWorkers: [] });
    expect(requests!.models).toMatchObject([{ modelEndpoint: endpoint, queued: 2, running: 0 }]);
    expect(requests!.oldestQueuedSeconds).toBeGreaterThan(0);
    expect((await view('ingest')).requests).toBeNull();
  });

  it('tell of workers that are alive', async () => {
    worker = await startWorker(bench, new DigestEngine());
    const { requests } = await eventually(async () => {
      const now = await view('inference');
      return now.workers === 1 && now.requests!.running > 0 && now;
    });
    expect(requests!.busyWorkers).toMatchObject([
      { worker: expect.stringContaining(`:${process.pid}:`) as string },
    ]);
    expect(Date.now() - requests!.busyWorkers[0]!.heartbeatAt.getTime()).toBeLessThan(30_000);
    await worker.close();
    worker = undefined;
    await eventually(async () => (await view('inference')).workers === 0);
  });

  it('tell why a job failed and give it back, to do its work this time', async () => {
    const queue = api.get<Queue>(getQueueToken('ingest'), { strict: false });
    const [{ id } = { id: '' }] = await sql<{ id: string }>(
      `INSERT INTO ingests (user_id, url, status, error) VALUES ($1, 'https://files.example/a.png', 'FAILED', '{}') RETURNING id`,
      [admin.userId],
    );
    await queue.add('ingest', { ingestId: id }, { jobId: id });
    const failing = new Worker('ingest', () => Promise.reject(new Error('the disk is away')), queue.opts);
    await eventually(async () => (await view('ingest')).counts.failed === 1);
    await failing.close();

    expect((await view('ingest')).failures).toMatchObject([{ id, reason: 'the disk is away', attempts: 1 }]);
    expect(await queues().retry(admin, 'ingest', { ip: null })).toEqual({ name: 'ingest', retried: 1 });
    expect((await view('ingest')).counts).toMatchObject({ failed: 0, waiting: 1 });
    expect(await sql('SELECT status, error FROM ingests WHERE id = $1', [id])).toEqual([
      { status: 'QUEUED', error: null },
    ]);
    expect(await queues().retry(admin, 'ingest', { ip: null })).toEqual({ name: 'ingest', retried: 0 });
    expect(await sql(`SELECT actor_id, details FROM audit_records WHERE type = 'queue.retried'`)).toEqual([
      { actor_id: admin.userId, details: { queue: 'ingest', jobs: 1 } },
    ]);
    await expect(queues().retry(admin, 'nowhere', { ip: null })).rejects.toMatchObject({ code: 'not_found' });
  });
});
