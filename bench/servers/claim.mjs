import { RequestLifecycleRepository } from '../../dist/libs/inference/src/request-lifecycle.repository.js';
import { ClaimsRepository } from '../../dist/libs/inference/src/queueing/claims.repository.js';
import { finish, openClient, prepareModel, startWorker } from '../support/platform.mjs';
import { insertRequests, insertUsers } from '../support/requests.mjs';
import { timed } from '../support/rounds.mjs';
import { median } from '../support/statistics.mjs';

/*
 * Claims, each given back at once so that the line keeps its length. Prints JSON: the median milliseconds of each
 * round, by length of the queue and number of users.
 */
const FINISHED = 100_000;
const LINES = [
  { users: 1, queued: 10 },
  { users: 1, queued: 1_000 },
  { users: 1, queued: 10_000 },
  { users: 100, queued: 1_000 },
  { users: 100, queued: 10_000 },
  { users: 1_000, queued: 10_000 },
];
const ROUNDS = 3;
const CALLS = 25;
const WARM_CALLS = 15;

// Its own worker takes nothing off the queue: there are no entries for these rows until a sweep, and none is due.
const app = await startWorker({ name: 'bench', localFiles: false, run: () => new Promise(() => undefined) });
const client = await openClient();
await prepareModel(client);
const claims = app.get(ClaimsRepository, { strict: false });
const lifecycle = app.get(RequestLifecycleRepository, { strict: false });
const users = await insertUsers(client, Math.max(...LINES.map((line) => line.users)));
await insertRequests(client, users, FINISHED, 'COMPLETED');

const claimOnce = async () => {
  let claim;
  const milliseconds = await timed(async () => (claim = await claims.claimNext('bench:worker')));
  if (claim === null) throw new Error('there was nothing to claim');
  if (!(await lifecycle.release(claim))) throw new Error('the claim was lost');
  // As if it had been handed to the queue, or a sweep would do so.
  await client.query('UPDATE inference_requests SET enqueued_at = now() WHERE id = $1', [claim.id]);
  return milliseconds;
};

async function measure(line) {
  await client.query(`DELETE FROM inference_requests WHERE status = 'IN_QUEUE'`);
  await client.query('TRUNCATE inference_turns');
  await insertRequests(client, users.slice(0, line.users), line.queued, 'IN_QUEUE');
  await client.query('VACUUM (ANALYZE) inference_requests');
  for (let call = 0; call < WARM_CALLS; call += 1) await claimOnce();
  const calls = [];
  for (let call = 0; call < CALLS; call += 1) calls.push(await claimOnce());
  return median(calls);
}

const results = LINES.map((line) => ({ ...line, rounds: [] }));
for (let round = 0; round < ROUNDS; round += 1) {
  for (const result of round % 2 === 0 ? results : results.toReversed())
    result.rounds.push(await measure(result));
}
await client.query('TRUNCATE inference_requests, inference_turns CASCADE');
finish(results);
