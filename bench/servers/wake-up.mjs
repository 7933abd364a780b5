import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { SubmissionService, WaitService } from '#libs/inference';
import { EventBus } from '#libs/queue';
import { startPartner } from '../support/partner.mjs';
import { createActor, ENDPOINT, finish, openClient, prepareModel, startApi } from '../support/platform.mjs';
import { clock, millisecondsBetween, takeTurns } from '../support/rounds.mjs';

/*
 * The api's half; worker.mjs is the other. Prints JSON: the milliseconds from the engine's end, in the worker, to the
 * answer of the wait here (ours), from an event there (event) and a NOTIFY there (bare) to its arrival here, by round.
 */
const ROUNDS = 5;
const CALLS = 40;
const WARM_CALLS = 30;
const ENGINE_MS = 15;
const REST_MS = 10;

const app = await startApi();
const client = await openClient();
await prepareModel(client);
const actor = await createActor(app);
const submissions = app.get(SubmissionService, { strict: false });
const waits = app.get(WaitService, { strict: false });
const bus = app.get(EventBus, { strict: false });
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

/** The event alone, without row, answer or anything else of a request. */
async function event() {
  const from = await new Promise((resolve) => {
    const unsubscribe = bus.subscribe('bench', (at) => {
      unsubscribe();
      resolve(at);
    });
    worker.send('event');
  });
  const heardAt = clock();
  await sleep(REST_MS);
  return millisecondsBetween(BigInt(from), heardAt);
}

const sides = { ours: wait, event, bare: notify };
await takeTurns(sides, WARM_CALLS);
const rounds = [];
for (let round = 0; round < ROUNDS; round += 1) rounds.push(await takeTurns(sides, CALLS));
finish({ rounds });
