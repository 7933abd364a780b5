import { once } from 'node:events';
import { connect } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { growthDuring, initiate, mebibytes, newApiKey, put } from './support/files.mjs';
import { startServer } from './support/processes.mjs';

const BYTES = 50 * 1024 * 1024;
const READERS = 100;
const BYTES_PER_SECOND = 1_024;
const SECONDS = 15;
const MOST_GROWTH = 64 * 1024 * 1024;

export const title = `${READERS} readers of a file of 50 MiB, 1 KiB a second each`;

/** What the server holds for readers who take hardly anything. */
export async function run({ database, log }) {
  const server = await startServer('api.mjs', [], database.environment);
  try {
    const key = await newApiKey(database.environment);
    const { upload_url, file_url } = await initiate(server.url, key, BYTES);
    await put(upload_url, BYTES);
    // What comes with the first answers belongs to the server and not to its readers.
    for (let call = 0; call < 20; call += 1) await (await fetch(file_url)).arrayBuffer();
    log(`${SECONDS} s`);
    const growth = await growthDuring(server, () => readSlowly(new URL(file_url)));
    return [
      {
        what: 'memory that the api grows by',
        ours: mebibytes(growth),
        ratio: `${(growth / READERS / 1_024).toFixed(0)} KiB a reader`,
        target: `≤ ${mebibytes(MOST_GROWTH)}`,
        reached: growth <= MOST_GROWTH,
      },
    ];
  } finally {
    await server.stop();
  }
}

async function readSlowly({ hostname, port, host, pathname }) {
  const sockets = Array.from({ length: READERS }, () => connect(Number(port), hostname));
  await Promise.all(sockets.map((socket) => once(socket, 'connect')));
  for (const socket of sockets) {
    socket.pause();
    socket.write(`GET ${pathname} HTTP/1.1\r\nHost: ${host}\r\n\r\n`);
  }
  for (let second = 0; second < SECONDS; second += 1) {
    await delay(1_000);
    for (const socket of sockets) socket.read(BYTES_PER_SECOND);
  }
  for (const socket of sockets) socket.destroy();
}
