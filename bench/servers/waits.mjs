import { setTimeout as sleep } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import pg from 'pg';
import { WaitService } from '#libs/inference';
import { RequestEvents } from '../../dist/libs/inference/src/request-events.service.js';
import { createActor, finish, openClient, prepareModel, startApi } from '../support/platform.mjs';

/*
 * Waits for requests that somebody runs and that do not end. Prints JSON: bytes that the crowd takes more than one
 * wait, statements per second with the re-read far off (patient) and every 2 s (usual), and the time that it takes to
 * wake all.
 */
const CROWDS = [1_000, 10_000];
const COUNTING_MS = { patient: 3_000, usual: 4_000 };

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc');

const app = await startApi();
const client = await openClient();
await prepareModel(client);
const actor = await createActor(app);
const waits = app.get(WaitService, { strict: false });
const events = app.get(RequestEvents, { strict: false });

let statements = 0;
const reallyQuery = pg.Client.prototype.query;
pg.Client.prototype.query = function (statement, ...rest) {
  // BullMQ keeps itself alive on the same pools, the same for one wait and for many.
  if (isOfRequests(statement.text ?? statement)) statements += 1;
  return reallyQuery.call(this, statement, ...rest);
};
const isOfRequests = (text) => /inference_|users|files/.test(text);

const { rows } = await client.query(
  `INSERT INTO inference_requests (id, user_id, endpoint, model_id, model_endpoint, model_version, engine, input,
     model_input, run_plan, status, price_unit, price_amount, input_fingerprint, started_at, heartbeat_at, worker)
   SELECT lpad(n::text, 21, 'w'), $1, 'bench/echo', (SELECT id FROM models WHERE engine = 'bench'), 'bench/echo', 1,
     'bench', '{"text": "x"}', '{"text": "x"}', '{"typicalSeconds": 2}', 'IN_PROGRESS', 'request', '0.004', 'f', now(),
     now(), 'elsewhere'
   FROM generate_series(1, $2::int) n RETURNING id`,
  [actor.userId, Math.max(...CROWDS)],
);
const ids = rows.map(({ id }) => id);

function startWaits(count, pollIntervalSeconds) {
  const controller = new AbortController();
  let told = 0;
  const onProgress = () => (told += 1);
  const options = { timeoutSeconds: 600, pollIntervalSeconds, onProgress };
  const results = ids.slice(0, count).map((id) =>
    // As over HTTP, each has a signal of its own.
    waits.wait(actor, id, { ...options, signal: AbortSignal.any([controller.signal]) }),
  );
  const settled = Promise.allSettled(results);
  return {
    /** All have read the row once and sleep. */
    async asleep() {
      while (told < count) await sleep(20);
      await sleep(200);
    },
    async stop() {
      controller.abort();
      await settled;
    },
    settled,
  };
}

async function statementsPerSecond(milliseconds) {
  statements = 0;
  const from = performance.now();
  await sleep(milliseconds);
  return (1_000 * statements) / (performance.now() - from);
}

async function memory() {
  await sleep(100);
  for (let time = 0; time < 3; time += 1) collectGarbage();
  const { heapUsed, external, rss } = process.memoryUsage();
  return { heap: heapUsed + external, rss };
}

async function counted(count) {
  const patient = startWaits(count, 300);
  await patient.asleep();
  const used = await memory();
  const result = { count, used, patient: await statementsPerSecond(COUNTING_MS.patient) };
  await patient.stop();
  return result;
}

async function usual(count) {
  const crowd = startWaits(count, 2);
  await crowd.asleep();
  const rate = await statementsPerSecond(COUNTING_MS.usual);
  await crowd.stop();
  return rate;
}

/** Everyone's request ends at once; the events come from here, and take the way over the store all the same. */
async function wakeAll(count) {
  const crowd = startWaits(count, 300);
  await crowd.asleep();
  const own = ids.slice(0, count);
  const set = (status) =>
    client.query('UPDATE inference_requests SET status = $2 WHERE id = ANY($1)', [own, status]);
  await set('FAILED');
  const from = performance.now();
  await Promise.all([...own.map((id) => events.publish(id, { status: 'FAILED' })), crowd.settled]);
  const milliseconds = performance.now() - from;
  await set('IN_PROGRESS');
  return milliseconds;
}

const first = await counted(1);
const one = { patient: first.patient, usual: await usual(1) };
const crowds = [];
for (const count of CROWDS) {
  const { used, patient } = await counted(count);
  crowds.push({ count, heap: used.heap - first.used.heap, rss: used.rss - first.used.rss, patient });
}
for (const crowd of crowds) {
  crowd.usual = await usual(crowd.count);
  crowd.wakeMs = crowd.count > 1_000 ? null : await wakeAll(crowd.count);
}
await client.query('TRUNCATE inference_requests CASCADE');
finish({ one, crowds });
