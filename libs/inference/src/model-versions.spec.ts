import { randomUUID } from 'node:crypto';
import type { INestApplicationContext } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { Actor } from '#libs/accounts';
import { CatalogImporter, EntryUses, KnownEngines } from '#libs/catalog';
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

jest.setTimeout(60_000);

describeOnStore('a request and the model that it runs', () => {
  let bench: InferenceBench;
  let api: INestApplicationContext;
  let worker: INestApplicationContext | undefined;
  let actor: Actor;
  const engine = new DigestEngine();

  beforeAll(async () => {
    bench = await createBench();
    api = await startApi(bench);
    actor = await createActor(api);
  });
  afterAll(async () => {
    await worker?.close();
    await api?.close();
    await bench?.drop();
  });

  const query = <Row>(sql: string, values: unknown[]): Promise<Row[]> =>
    api.get(DataSource).query<Row[]>(sql, values);
  const submit = async (endpoint: string) => {
    const file = await storeText(api, actor, randomUUID());
    return (await api.get(SubmissionService).submit(actor, { endpoint, input: { file } })).requestId;
  };
  /** What the catalogue's removal asks, in a transaction as it does. */
  const usesOf = async (endpoint: string) => {
    const [model] = await query<{ id: string }>(
      `SELECT id FROM catalog_entries WHERE owner || '/' || alias = $1`,
      [endpoint],
    );
    return api.get(EntryUses, { strict: false }).find(api.get(DataSource).manager, model!.id);
  };

  it('is no request when the model is deleted while it is submitted', async () => {
    const endpoint = await createModel(api, 'deleted');
    const runner = api.get(DataSource).createQueryRunner();
    await runner.startTransaction();
    await runner.query(`DELETE FROM catalog_entries WHERE alias = 'deleted'`);
    const submitting = submit(endpoint);
    const isRefused = expect(submitting).rejects.toMatchObject({ code: 'endpoint_not_found' });
    await eventually(async () => {
      const waiting = await query(
        `SELECT 1 FROM pg_stat_activity WHERE datname = current_database()
        AND wait_event_type = 'Lock' AND query LIKE '%INSERT INTO inference_requests%'`,
        [],
      );
      return waiting.length > 0;
    });
    await runner.commitTransaction();
    await runner.release();
    await isRefused;
  });

  it('keeps the version that was there when it was submitted, and the model meanwhile', async () => {
    const endpoint = await createModel(api, 'versioned');
    expect(await usesOf(endpoint)).toEqual([]);
    const requestId = await submit(endpoint);
    expect(await usesOf(endpoint)).toEqual(['a request that is not finished']);

    const [{ definition }] = (await query<{ definition: Record<string, unknown> }>(
      `SELECT definition FROM catalog_definitions WHERE alias = 'versioned'`,
      [],
    )) as [{ definition: Record<string, unknown> }];
    const changed = {
      ...definition,
      outputSchema: { type: 'object', properties: {}, required: ['something else'] },
      inputSchema: { type: 'object', properties: { other: { type: 'string' } }, required: ['other'] },
      engineSettings: { version: 'second' },
      price: { unit: 'output', amountUsd: '99' },
    };
    api.get(KnownEngines, { strict: false }).register([engine]);
    const report = await api.get(CatalogImporter, { strict: false }).importModels(null, [changed as never]);
    expect(report.rows).toEqual([{ endpoint, outcome: 'updated', version: 2 }]);

    worker = await startWorker(bench, engine);
    const done = await eventually(async () => {
      const view = await api.get(InferenceService).get(actor, requestId);
      return view.status === 'COMPLETED' && view;
    });
    expect(JSON.stringify(done)).toContain('0.0040');
    expect(engine.jobs.map(({ settings }) => settings)).toEqual([{}]);
    const [row] = await query('SELECT model_version FROM inference_requests WHERE id = $1', [requestId]);
    expect(row).toEqual({ model_version: 1 });
    expect(await usesOf(endpoint)).toEqual([]);
  });

  it('is no request when the model is deleted between the look-up and the insert', async () => {
    const endpoint = await createModel(api, 'deleted');
    const file = await storeText(api, actor, randomUUID());
    const refused = await api.get(DataSource).transaction(async (manager) => {
      await manager.query(`DELETE FROM catalog_entries WHERE owner || '/' || alias = $1`, [endpoint]);
      const submitted = api
        .get(SubmissionService)
        .submit(actor, { endpoint, input: { file } })
        .catch((error: unknown) => error);
      const waiting = `SELECT 1 FROM pg_stat_activity WHERE datname = current_database()
        AND wait_event_type = 'Lock' AND query LIKE '%INSERT INTO inference_requests%'`;
      await eventually(async () => (await query(waiting, [])).length > 0);
      return { submitted };
    });
    expect(await refused.submitted).toMatchObject({ code: 'endpoint_not_found' });
  });
});
