import { execFile, execFileSync } from 'node:child_process';
import { createServer } from 'node:http';
import { once } from 'node:events';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { onServerCore } from './support/cores.mjs';
import { ADMIN } from './support/database.mjs';
import { growthDuring } from './support/memory.mjs';
import { startServer } from './support/processes.mjs';
import { timed, times } from './support/rounds.mjs';
import { median, spread } from './support/statistics.mjs';
import { connect } from './support/token.mjs';

const MIB = 1024 * 1024;
const SIZE = 200 * MIB;
const ROUNDS = 7;
const LEAST_RATE = 0.7;
const MOST_GROWTH_MIB = 64;
/** Of what a base64 argument decodes to. */
const MOST_BASE64_GROWTH = 2.5;

const execute = promisify(execFile);

export const title = 'A file of 200 MiB, through upload_file';

/** By URL, from the call to the answer, compared with curl to a file; and what both ways cost in memory. */
export async function run({ database, log }) {
  const environment = { ...database.environment, ALLOW_PRIVATE_URLS: 'true' };
  const source = await serveFile();
  const api = await startServer('api.mjs', [], environment);
  const worker = await startServer('worker-app.mjs', [], environment);
  const pids = [api.pid, worker.pid];
  try {
    const token = await connect(api.url, ADMIN);
    const target = join(environment.DATA_DIR, 'curl.out');
    const sides = {
      ours: () => upload(api.url, token, { url: source.url }),
      ...(hasCurl() && {
        curl: () => curl(source.url, target),
        synced: () => curl(source.url, target, true),
      }),
    };
    const rounds = [];
    const growth = { url: [], base64: [] };
    for (let round = -1; round < ROUNDS; round += 1) {
      const result = {};
      const names = round % 2 === 0 ? Object.keys(sides) : Object.keys(sides).toReversed();
      for (const name of names) {
        const { grown } = await growthDuring(pids, async () => (result[name] = await timed(sides[name])));
        if (name === 'ours') growth.url.push(grown);
      }
      log(
        Object.entries(result)
          .map(([name, ms]) => `${name} ${ms.toFixed(0)} ms`)
          .join(', '),
      );
      if (round >= 0) rounds.push(result);
      await rm(target, { force: true });
    }
    const body = callOf({ base64: Buffer.alloc(SIZE, 'no two groups alike').toString('base64') });
    for (let round = 0; round < 2; round += 1) {
      growth.base64.push((await growthDuring(pids, () => send(api.url, token, body))).grown);
    }
    return [...rateLines(rounds), ...memoryLines(growth)];
  } finally {
    await Promise.all([api.stop(), worker.stop()]);
    source.close();
  }
}

/** Sends the file as fast as it is taken. */
async function serveFile() {
  const chunk = Buffer.alloc(MIB, 'a file for everyone');
  const server = createServer((_, response) => {
    response.writeHead(200, { 'content-type': 'application/x-bench', 'content-length': SIZE });
    let left = SIZE;
    const write = () => {
      while (left > 0 && !response.destroyed) {
        left -= MIB;
        if (!response.write(chunk)) return response.once('drain', write);
      }
      response.end();
    };
    write();
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const close = () => server.close() && server.closeAllConnections();
  return { url: `http://127.0.0.1:${server.address().port}/file`, close };
}

function hasCurl() {
  try {
    execFileSync('curl', ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

async function curl(url, target, synced = false) {
  // The command for a Node program, with curl in its place.
  const [command, args] = onServerCore([]);
  const prefix = command === process.execPath ? [] : [command, ...args.slice(0, -1)];
  const [first, ...rest] = [...prefix, 'curl', '--silent', '--fail', '--output', target, url];
  await execute(first, rest);
  if (synced) await execute('sync', [target]);
}

const callOf = (args) =>
  JSON.stringify({
    jsonrpc: '2.0',
    id: 1,
    method: 'tools/call',
    params: { name: 'upload_file', arguments: args },
  });

const upload = (origin, token, args) => send(origin, token, callOf(args));

async function send(origin, token, body) {
  const response = await fetch(`${origin}/mcp`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${token}`,
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
    },
    body,
  });
  const text = await response.text();
  if (!text.includes(`"size":${SIZE}`)) throw new Error(`upload_file answered: ${text.slice(0, 500)}`);
}

function rateLines(rounds) {
  const rate = (ms) => `${((1_000 * SIZE) / MIB / ms).toFixed(0)} MiB/s`;
  const at = (side) => median(rounds.map((round) => round[side]));
  if (rounds[0].curl === undefined)
    return [{ what: 'by URL', ours: rate(at('ours')), baseline: 'there is no curl' }];
  const line = (what, side, baseline) => {
    const ratios = rounds.map((round) => round[side] / round.ours);
    return {
      what,
      ours: rate(at('ours')),
      baseline,
      theirs: rate(at(side)),
      ratio: times(median(ratios)),
      spread: spread(ratios, times),
    };
  };
  const first = line('by URL, call → answer', 'curl', 'curl to a file');
  const ratios = rounds.map((round) => round.curl / round.ours);
  return [
    { ...first, target: `≥ ${times(LEAST_RATE)}`, reached: median(ratios) >= LEAST_RATE },
    line('… which is on the disk then', 'synced', 'curl to a file, then sync'),
  ];
}

function memoryLines({ url, base64 }) {
  const line = (what, values, most) => ({
    what,
    ours: `+${Math.max(...values).toFixed(0)} MiB`,
    spread: spread(values, (value) => `+${value.toFixed(0)}`),
    target: `≤ +${most} MiB`,
    reached: !(Math.max(...values) > most),
  });
  const most = (MOST_BASE64_GROWTH * SIZE) / MIB;
  return [
    line(
      'by URL, memory of the api',
      url.map(([api]) => api),
      MOST_GROWTH_MIB,
    ),
    line(
      'by URL, memory of the worker',
      url.map(([, worker]) => worker),
      MOST_GROWTH_MIB,
    ),
    line(
      'by base64, memory of the api',
      base64.map(([api]) => api),
      most,
    ),
  ];
}
