import { nanoid } from 'nanoid';
import { setTimeout as sleep } from 'node:timers/promises';
import { Queue } from 'bullmq';
import { loadConfig } from '#libs/config';
import { SubmissionService, WaitService } from '#libs/inference';
import { queueConnection } from '../../dist/libs/queue/src/queue-backend.js';
import { startPartner } from '../support/partner.mjs';
import { createActor, ENDPOINT, finish, openClient, prepareModel, startApi } from '../support/platform.mjs';
import { clock, millisecondsBetween } from '../support/rounds.mjs';

/*
 * The api's half; worker.mjs is the other. Prints JSON: the milliseconds until the engine starts (ours) and until the
 * processor of a queue of its own starts (bare), by round.
 */
const ROUNDS = 5;
const CALLS = 20;
const WARM_CALLS = 25;
/** After the end of a run: the worker has cleared up and waits for the next. */
const REST_MS = 30;

const app = await startApi();
const client = await openClient();
await prepareModel(client);
const actor = await createActor(app);
const submissions = app.get(SubmissionService, { strict: false });
const waits = app.get(WaitService, { strict: false });
const queue = new Queue('bench-start', { connection: queueConnection(loadConfig()) });
const worker = await startPartner('worker.mjs');
const signal = new AbortController().signal;

async function submit(number) {
  const started = worker.next();
  const from = clock();
  const { requestId } = await submissions.submit(actor, { endpoint: ENDPOINT, input: { text: `${number}` } });
  const answered = clock();
  const at = BigInt((await started).at);
  await waits.wait(actor, requestId, { timeoutSeconds: 20, pollIntervalSeconds: 1, signal });
  await sleep(REST_MS);
  return { whole: millisecondsBetween(from, at), afterSubmit: millisecondsBetween(answered, at) };
}

async function add() {
  const started = worker.next();
  const from = clock();
  await queue.add('run', { requestId: nanoid() }, { removeOnComplete: true, removeOnFail: true });
  const at = BigInt((await started).at);
  await sleep(REST_MS);
  return millisecondsBetween(from, at);
}

let number = 0;
async function turn(calls) {
  const result = { whole: [], afterSubmit: [], bare: [] };
  for (let call = 0; call < calls; call += 1) {
    for (const side of call % 2 === 0 ? ['ours', 'bare'] : ['bare', 'ours']) {
      if (side === 'bare') result.bare.push(await add());
      else {
        const { whole, afterSubmit } = await submit((number += 1));
        result.whole.push(whole);
        result.afterSubmit.push(afterSubmit);
      }
    }
  }
  return result;
}

await turn(WARM_CALLS);
const rounds = [];
for (let round = 0; round < ROUNDS; round += 1) rounds.push(await turn(CALLS));
finish({
  rounds: rounds.map(({ whole, bare }) => ({ ours: whole, bare })),
  afterSubmit: rounds.map(({ afterSubmit, bare }) => ({ ours: afterSubmit, bare })),
});
