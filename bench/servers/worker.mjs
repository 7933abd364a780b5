import { setTimeout as sleep } from 'node:timers/promises';
import { Worker } from 'bullmq';
import { loadConfig } from '#libs/config';
import { EventBus } from '#libs/queue';
import { queueConnection } from '../../dist/libs/queue/src/queue-backend.js';
import { openClient, startWorker } from '../support/platform.mjs';
import { clock } from '../support/rounds.mjs';

/*
 * The worker's half of start.mjs and wake-up.mjs. The engine tells when it starts, works for as many milliseconds as
 * the argument says, and puts the moment of its end into the output. Beside it: a bare BullMQ worker with the settings
 * of the real one, and for every message what it names: a bare NOTIFY, or an event with nothing behind it.
 */
const workMs = Number(process.argv[2] ?? 0);

const tell = () => process.send({ at: String(clock()) });

const app = await startWorker({
  name: 'bench',
  localFiles: false,
  async run() {
    tell();
    if (workMs > 0) await sleep(workMs);
    return { doneAt: String(clock()) };
  },
});

const config = loadConfig();
new Worker('bench-start', async () => tell(), {
  connection: queueConnection(config),
  concurrency: config.WORKER_CONCURRENCY,
  lockDuration: 10_000,
  stalledInterval: 5_000,
});

const client = await openClient();
const bus = app.get(EventBus, { strict: false });
process.on('message', (what) => {
  const at = String(clock());
  if (what === 'event') void bus.publish('bench', at);
  else void client.query({ name: 'notify', text: 'SELECT pg_notify($1, $2)', values: ['bench', at] });
});
process.on('disconnect', () => process.exit(0));
process.send('ready');
