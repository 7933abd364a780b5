import { nanoid } from 'nanoid';
import { DataSource } from 'typeorm';
import type { AdminBench } from '../../support/admin-bench.js';
import { NOBODY, type RouteExpectations } from './route-expectation.js';

/** That waits, and that no worker will ever take: none runs here. */
async function queuedRequest({ server, boss }: AdminBench): Promise<string> {
  const id = nanoid();
  await server.app.get(DataSource).query(
    `INSERT INTO inference_requests (id, user_id, endpoint, model_endpoint, model_version, engine, input, model_input,
       status, price_unit, price_amount, input_fingerprint)
     VALUES ($1, $2, 'acme/wrapped', 'acme/base', 1, 'local', '{}', '{}', 'IN_QUEUE', 'request', 0.004, 'f')`,
    [id, boss.id],
  );
  return id;
}

/** Beside what is no id at all: the right form, and one character too many. */
const UNKNOWN_REQUESTS = [nanoid(), nanoid(22), NOBODY, "'", 'a\0b'];

export const inferenceRows: RouteExpectations = {
  'GET /admin/requests': {
    status: 200,
    badQueries: [
      ['status=DONE', 'status'],
      ['userId=ada', 'userId'],
      [`endpoint=${'e'.repeat(201)}`, 'endpoint'],
      ['endpoint=a&endpoint=b', 'endpoint'],
      ['since=yesterday', 'since'],
      ['until=2026-W01', 'until'],
      ['cursor=1', 'cursor'],
      ['limit=201', 'limit'],
      ['page=1', 'page'],
    ],
  },
  'GET /admin/requests/:id': { status: 200, target: queuedRequest, unknown: UNKNOWN_REQUESTS },
  'POST /admin/requests/:id/cancel': { status: 200, target: queuedRequest, unknown: UNKNOWN_REQUESTS },
  'GET /admin/queues': { status: 200 },
  'POST /admin/queues/:name/retry': {
    status: 200,
    target: async () => 'inference',
    unknown: ['nowhere', "'", 'a\0b'],
  },
};
