import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { SubmissionService, WaitService } from '#libs/inference';
import { startPartner } from '../support/partner.mjs';
import { createActor, ENDPOINT, finish, openClient, prepareModel, startApi } from '../support/platform.mjs';
import { clock, millisecondsBetween, takeTurns } from '../support/rounds.mjs';

/*
 * The api's half; worker.mjs is the other. Prints JSON: the milliseconds from the engine's end, in the worker, to the
 * answer of the wait here (ours), and from a NOTIFY there to its arrival here (bare), by round.
 */
const ROUNDS = 7;
const CALLS = 40;
const WARM_CALLS = 60;
const ENGINE_MS = 15;
const REST_MS = 10;

const app = await startApi();
const client = await openClient();
await prepareModel(client);
const actor = await createActor(app);
const submissions = app.get(SubmissionService, { strict: false });
const waits = app.get(WaitService, { strict: false });
const worker = await startPartner('worker.mjs', [String(ENGINE_MS)]);
const signal = new AbortController().signal;
await client.query('LISTEN bench');

let number = 0;
async function wait() {
  const input = { text: `${(number += 1)}` };
  const { requestId } = await submissions.submit(actor, { endpoint: ENDPOINT, input });
  // The re-read comes too late to help: only the event can wake it in time.
  const options = { timeoutSeconds: 30, pollIntervalSeconds: 30, signal };
  const { status, output } = await waits.wait(actor, requestId, options);
  const answeredAt = clock();
  if (status !== 'COMPLETED') throw new Error(`the request is ${status}`);
  await sleep(REST_MS);
  return millisecondsBetween(BigInt(output.doneAt), answeredAt);
}

async function notify() {
  const heard = once(client, 'notification');
  worker.send('notify');
  const [{ payload }] = await heard;
  const heardAt = clock();
  await sleep(REST_MS);
  return millisecondsBetween(BigInt(payload), heardAt);
}

await takeTurns({ ours: wait, bare: notify }, WARM_CALLS);
const rounds = [];
for (let round = 0; round < ROUNDS; round += 1)
  rounds.push(await takeTurns({ ours: wait, bare: notify }, CALLS));
finish({ rounds });
