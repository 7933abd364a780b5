import type { INestApplicationContext } from '@nestjs/common';
import { nanoid } from 'nanoid';
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
import { SubmissionService } from '../submission/submission.service.js';
import { WaitService } from '../waiting/wait.service.js';
import type { ListRequestsQuery } from './admin-requests.dto.js';
import { AdminRequestsRepository } from './admin-requests.repository.js';
import { AdminRequestsService } from './admin-requests.service.js';

jest.setTimeout(60_000);

let bench: InferenceBench;
let api: INestApplicationContext;
let admin: Actor;
let owner: Actor;
let stranger: Actor;

beforeAll(async () => {
  bench = await createBench();
  api = await startApi(bench);
  owner = await createActor(api);
  stranger = await createActor(api);
  admin = { ...(await createActor(api)), role: 'admin' };
});

afterAll(async () => {
  await api?.close();
  await bench?.drop();
});

const sql = <Row>(text: string, values: unknown[] = []) => api.get(DataSource).query<Row[]>(text, values);
const requests = () => api.get(AdminRequestsService, { strict: false });
const list = async (query: Partial<ListRequestsQuery>) => requests().list(admin, { limit: 50, ...query });
const ids = async (query: Partial<ListRequestsQuery>) => (await list(query)).items.map(({ id }) => id);

const NEW = `
  INSERT INTO inference_requests (id, user_id, endpoint, model_endpoint, model_version, engine, input, model_input, status,
    price_unit, price_amount, input_fingerprint, created_at)`;

describe('requests of all users', () => {
  const made: Record<string, string> = {};

  async function insert(name: string, userId: string, endpoint: string, status: string, createdAt: string) {
    made[name] = nanoid();
    await sql(
      `${NEW} VALUES ($1, $2, $3, 'acme/base', 1, 'digest', '{"a": 1}', '{"b": 2}', $4, 'request', 1, 'f', $5)`,
      [made[name], userId, endpoint, status, createdAt],
    );
  }

  beforeAll(async () => {
    await insert('old', owner.userId, 'acme/base', 'COMPLETED', '2026-01-01T00:00:00.000001Z');
    await insert('twin', owner.userId, 'acme/wrapped', 'FAILED', '2026-01-02T00:00:00.000001Z');
    await insert('other', stranger.userId, 'acme/base', 'FAILED', '2026-01-02T00:00:00.000001Z');
    // A microsecond later, which a JavaScript date does not tell apart.
    await insert('new', stranger.userId, 'acme/base', 'CANCELLED', '2026-01-02T00:00:00.000002Z');
  });

  const all = () => [made.new, ...[made.twin, made.other].sort().reverse(), made.old];

  it('are listed newest first, and page by page without a gap or a repetition', async () => {
    expect(await ids({})).toEqual(all());
    const walked = [];
    let cursor: string | undefined;
    for (let page = 0; page < 5; page += 1) {
      const { items, nextCursor } = await list({ limit: 1, ...(cursor && { cursor }) });
      walked.push(...items.map(({ id }) => id));
      if (nextCursor === null) break;
      cursor = nextCursor;
    }
    expect(walked).toEqual(all());
  });

  it.each<[Partial<ListRequestsQuery>, string[]]>([
    [{ status: 'FAILED' }, ['twin', 'other']],
    [{ endpoint: ' ACME/base' }, ['new', 'other', 'old']],
    [{ modelEndpoint: 'acme/base', status: 'FAILED' }, ['twin', 'other']],
    [{ since: '2026-01-02' }, ['new', 'twin', 'other']],
    [{ until: '2026-01-02T00:00:00Z' }, ['old']],
    [{ since: '2026-01-01', until: '2026-01-02T00:00:00.000002Z' }, ['twin', 'other', 'old']],
  ])('are filtered by %j', async (query, names) => {
    expect((await ids(query)).sort()).toEqual(names.map((name) => made[name]).sort());
  });

  it('are filtered by their user, and tell who that is', async () => {
    const { items } = await list({ userId: stranger.userId });
    expect(items.map(({ email }) => email)).toEqual([stranger.email, stranger.email]);
  });

  it('are read with both inputs and the wrapper', async () => {
    expect(await requests().read(admin, made.twin!)).toMatchObject({
      id: made.twin,
      kind: 'wrapper',
      wrapper: { id: null, endpoint: 'acme/wrapped' },
      input: { a: 1 },
      modelInput: { b: 2 },
      price: { unit: 'request', amountUsd: '1', totalUsd: null },
    });
    expect(await requests().read(admin, made.old!)).toMatchObject({ kind: 'model', wrapper: null });
  });

  it('are read from an index under every filter, however many there are', async () => {
    await sql(
      `${NEW} SELECT lpad(n::text, 21, '0'), $1, 'a/' || n % 50, 'a/' || n % 50, 1, 'digest', '{}', '{}',
         (ARRAY['COMPLETED', 'COMPLETED', 'COMPLETED', 'FAILED'])[n % 4 + 1], 'request', 1, 'f',
         timestamptz '2025-01-01' + n * interval '1 minute'
       FROM generate_series(1, 20000) n`,
      [owner.userId],
    );
    await sql('ANALYZE inference_requests');
    const queries: Partial<ListRequestsQuery>[] = [
      {},
      { status: 'COMPLETED' },
      { status: 'FAILED' },
      { status: 'IN_QUEUE' },
      { userId: owner.userId },
      { userId: stranger.userId, status: 'FAILED' },
      { since: '2025-01-03', until: '2025-01-04' },
      { cursor: `1735800000000000.${nanoid()}` },
    ];
    const read: [string, number][] = [];
    for (const query of queries) read.push([JSON.stringify(query), await rowsRead(query)]);
    for (const [query, rows] of read) expect([query, rows < 500]).toEqual([query, true]);
    await sql(`DELETE FROM inference_requests WHERE input_fingerprint = 'f' AND created_at < '2026-01-01'`);
  });

  /** Rows of the table that the database looked at. */
  async function rowsRead(query: Partial<ListRequestsQuery>): Promise<number> {
    const table = {
      query: (text: string, values: unknown[]) => sql(`EXPLAIN (ANALYZE, FORMAT JSON) ${text}`, values),
    };
    const explained = await new AdminRequestsRepository(table as never).list({ limit: 50, ...query }, 51);
    let rows = 0;
    JSON.stringify(explained, (key, value: unknown) => {
      const node = value as Record<string, unknown> | null;
      if (node?.['Relation Name'] === 'inference_requests')
        rows += Number(node['Actual Rows'] ?? 0) + Number(node['Rows Removed by Filter'] ?? 0);
      return value;
    });
    return rows;
  }
});

describe('an administrator', () => {
  let worker: INestApplicationContext;
  let endpoint: string;
  const engine = new DigestEngine();

  beforeAll(async () => {
    endpoint = await createModel(api, 'digest');
    worker = await startWorker(bench, engine);
  });
  afterAll(() => worker?.close());

  const submit = async (behaviour: string) => {
    const file = await storeText(api, owner, 'some words');
    return (await api.get(SubmissionService).submit(owner, { endpoint, input: { file, behaviour } }))
      .requestId;
  };
  const trail = (id: string) =>
    sql(`SELECT type, actor_id, user_id, ip FROM audit_records WHERE details->>'requestId' = $1`, [id]);

  it('ends anyone’s request: its engine stops, its owner hears so and pays nothing, and the trail tells', async () => {
    const id = await submit('hang');
    await eventually(async () => engine.jobs.some((job) => job.requestId === id));
    const signal = new AbortController().signal;
    const waiting = api
      .get(WaitService)
      .wait(owner, id, { timeoutSeconds: 20, pollIntervalSeconds: 20, signal });
    const view = await requests().cancel(admin, id, { ip: '192.0.2.1' });
    expect(view).toMatchObject({ id, status: 'CANCELLED', attempts: 1, heartbeatAt: null });
    expect(view.price.totalUsd).toBeNull();
    expect(await waiting).toMatchObject({ status: 'CANCELLED' });
    await eventually(async () => engine.ended.has(id), 5);
    const record = {
      type: 'request.cancelled',
      actor_id: admin.userId,
      user_id: owner.userId,
      ip: '192.0.2.1',
    };
    expect(await trail(id)).toEqual([record]);
    expect(await requests().cancel(admin, id, { ip: null })).toMatchObject({ status: 'CANCELLED' });
    expect(await trail(id)).toHaveLength(1);
  });

  it('sees who runs a request, and changes nothing of one that is finished', async () => {
    const id = await submit('digest');
    await eventually(async () => (await requests().read(admin, id)).status === 'COMPLETED');
    const view = await requests().read(admin, id);
    expect(view.worker).toContain(`:${process.pid}:`);
    expect(view.files.map(({ fileName }) => fileName)).toEqual(['digest.txt']);
    expect(view.price).toMatchObject({ quantity: '1', totalUsd: '0.0040' });
    await expect(requests().cancel(admin, id, { ip: null })).rejects.toMatchObject({
      code: 'conflict',
      message: 'The request is COMPLETED already: there is nothing to cancel.',
    });
    expect(await trail(id)).toEqual([]);
  });
});
