import type { INestApplicationContext } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { Actor } from '#libs/accounts';
import { FilesService } from '#libs/files';
import {
  createActor,
  createBench,
  createModel,
  DigestEngine,
  type InferenceBench,
  startApi,
  startWorker,
  storeText,
} from '../../../test/support/inference-bench.js';
import { RequestRetention } from './execution/request-retention.service.js';
import { InferenceService } from './inference.service.js';
import type { RequestView } from './request-view.js';
import { SubmissionService } from './submission/submission.service.js';
import { WaitService } from './waiting/wait.service.js';

jest.setTimeout(60_000);

describe('what becomes of requests and their files', () => {
  let bench: InferenceBench;
  let api: INestApplicationContext;
  let worker: INestApplicationContext;
  let actor: Actor;
  let endpoint: string;
  let file: string;

  beforeAll(async () => {
    bench = await createBench({
      REQUEST_TTL_DAYS: '7',
      FILE_TTL_DAYS: '30',
      MAX_STORED_BYTES_PER_USER: '1000',
    });
    api = await startApi(bench);
    worker = await startWorker(bench, new DigestEngine());
    actor = await createActor(worker);
    endpoint = await createModel(worker, 'digest');
    file = await storeText(worker, actor, 'some words');
  });

  afterAll(async () => {
    await worker?.close();
    await api?.close();
    await bench?.drop();
  });

  const sql = <Row>(text: string, values: unknown[] = []) => api.get(DataSource).query<Row[]>(text, values);
  const run = async (): Promise<RequestView> => {
    const { requestId } = await api.get(SubmissionService).submit(actor, { endpoint, input: { file } });
    const options = { timeoutSeconds: 30, pollIntervalSeconds: 2, signal: new AbortController().signal };
    return api.get(WaitService).wait(actor, requestId, options);
  };

  it('says until when the output is kept: no longer than the request', async () => {
    const request = await run();
    const days = (Date.parse(request.expiresAt ?? '') - Date.now()) / 86_400_000;
    expect(days).toBeCloseTo(7, 2);
    expect(request.files[0]?.expiresAt.toISOString()).toBe(request.expiresAt);
    expect(request.note).toBeUndefined();
  });

  it.each(['deleted', 'expired'])('says so when a file of the output is gone: %s', async (how) => {
    const { requestId, output } = await run();
    const [row] = await sql<{ id: string }>('SELECT id FROM files WHERE request_id = $1', [requestId]);
    if (how === 'deleted') await api.get(FilesService).deleteById(row!.id);
    else await sql(`UPDATE files SET expires_at = now() WHERE id = $1`, [row!.id]);
    const inference = api.get(InferenceService);
    const { items } = await inference.list(actor, { page: 1, limit: 1 });
    for (const view of [await inference.get(actor, requestId), items[0]]) {
      expect(view).toMatchObject({
        requestId,
        status: 'COMPLETED',
        output: { digest: output?.digest, report: null },
        files: [],
        note: 'A file of this output is gone (null): it has expired or was deleted. Run the request again for a new one.',
      });
      expect(view?.expiresAt).toBeUndefined();
    }
  });

  it('fails a run whose output does not fit into the limit of its user, and charges nothing', async () => {
    const [{ bytes } = { bytes: 0 }] = await sql<{ bytes: number }>(
      'SELECT bytes FROM storage_usage WHERE user_id = $1',
      [actor.userId],
    );
    const text = 'x'.repeat(1000 - Number(bytes) - 10);
    await storeText(worker, actor, text);
    const request = await run();
    expect(request).toMatchObject({
      status: 'FAILED',
      error: {
        code: 'storage_quota_exceeded',
        message: expect.stringMatching(/^Your files take 990 bytes of the 1000 bytes.*Delete files at /),
      },
    });
    expect(request.totalPrice).toBeUndefined();
    await sql('DELETE FROM files WHERE size = $1', [text.length]);
  });

  it('deletes requests that ended long ago, with their files, and nothing else', async () => {
    const [old, young] = [await run(), await run()];
    const age = (id: string, days: number) =>
      sql(
        `UPDATE inference_requests SET created_at = created_at - make_interval(days => $2),
           completed_at = completed_at - make_interval(days => $2) WHERE id = $1`,
        [id, days],
      );
    await age(old.requestId, 8);
    await age(young.requestId, 6);
    const unfinished = await api.get(SubmissionService).submit(actor, {
      endpoint,
      input: { file, behaviour: 'hang' },
    });
    await sql(`UPDATE inference_requests SET created_at = now() - interval '9 days' WHERE id = $1`, [
      unfinished.requestId,
    ]);
    await worker.get(RequestRetention).sweep();
    const left = await sql<{ id: string }>('SELECT id FROM inference_requests WHERE id = ANY($1)', [
      [old.requestId, young.requestId, unfinished.requestId],
    ]);
    expect(left.map(({ id }) => id).sort()).toEqual([young.requestId, unfinished.requestId].sort());
    expect(await api.get(FilesService).listByRequest(old.requestId)).toEqual([]);
    expect(await sql('SELECT 1 FROM files WHERE request_id = $1', [old.requestId])).toEqual([]);
    expect(await api.get(FilesService).listByRequest(young.requestId)).toHaveLength(1);
    await api.get(InferenceService).cancel(actor, unfinished.requestId);
  });
});
