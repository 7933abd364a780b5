import { nanoid } from 'nanoid';
import { SubmissionService } from '#libs/inference';
import { InferenceQueue } from '../../dist/libs/inference/src/inference-queue.service.js';
import { createActor, ENDPOINT, finish, openClient, prepareModel, startApi } from '../support/platform.mjs';
import { takeTurns, timed } from '../support/rounds.mjs';

/*
 * A submission beside a transaction that stores the same bytes in two tables without any index but the primary key.
 * Prints JSON: the milliseconds of each call, by round.
 */
const ROUNDS = 7;
const CALLS = 60;
const WARM_CALLS = 150;

const app = await startApi();
const client = await openClient();
await prepareModel(client);
const actor = await createActor(app);
const submissions = app.get(SubmissionService, { strict: false });
const queue = app.get(InferenceQueue, { strict: false });
await client.query(`
  CREATE TABLE bench_requests (id text PRIMARY KEY, user_id uuid, endpoint text, input json, created_at timestamptz);
  CREATE TABLE bench_jobs (id text PRIMARY KEY, data json, created_at timestamptz)`);

let number = 0;
/** Never the same text, or it would be a repeat of an earlier one. */
const nextInput = () => ({ text: `a lighthouse in a storm, number ${(number += 1)}` });

const submit = () => timed(() => submissions.submit(actor, { endpoint: ENDPOINT, input: nextInput() }));

const transaction = () =>
  timed(async () => {
    const id = nanoid();
    await client.query('BEGIN');
    await client.query({
      name: 'request',
      text: 'INSERT INTO bench_requests VALUES ($1, $2, $3, $4, now())',
      values: [id, actor.userId, ENDPOINT, nextInput()],
    });
    await client.query({
      name: 'job',
      text: 'INSERT INTO bench_jobs VALUES ($1, $2, now())',
      values: [id, { requestId: id }],
    });
    await client.query('COMMIT');
  });

/** As it is mostly: next to nobody waits. */
async function empty() {
  await client.query('TRUNCATE inference_requests, bench_requests, bench_jobs CASCADE');
  await queue.queue.obliterate({ force: true });
}

await takeTurns({ ours: submit, bare: transaction }, WARM_CALLS);
const rounds = [];
for (let round = 0; round < ROUNDS; round += 1) {
  await empty();
  const { ours, bare } = await takeTurns({ ours: submit, bare: transaction }, CALLS);
  rounds.push({ ours, bare });
}
await empty();
await client.query('DROP TABLE bench_requests, bench_jobs');
finish({ rounds });
