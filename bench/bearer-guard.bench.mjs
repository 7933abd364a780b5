import autocannon from 'autocannon';
import pg from 'pg';
import { ADMIN } from './support/database.mjs';
import { startServer } from './support/processes.mjs';
import { median, percentile, spread } from './support/statistics.mjs';
import { connect } from './support/token.mjs';

const CONNECTIONS = 50;
const ROUNDS = 40;
/** Enough for the compiler to have seen what is called often, however slow the machine is. */
const WARM_UP_CALLS = 8_000;
/** Few calls and many rounds: so what else goes on meets both sides alike. */
const ROUND_CALLS = 600;
/** The guard may take this share of the calls that were possible without it. */
const MOST_COST = 0.05;

const CALLS = {
  'tools/list': { jsonrpc: '2.0', id: 1, method: 'tools/list' },
  'tools/call get_model': {
    jsonrpc: '2.0',
    id: 1,
    method: 'tools/call',
    params: { name: 'get_model', arguments: { endpoint: 'modelrunner/upscale' } },
  },
};

const HEADERS = { 'content-type': 'application/json', accept: 'application/json, text/event-stream' };
const headersOf = (token) => ({ ...HEADERS, authorization: `Bearer ${token}` });

export const title = 'The bearer guard of /mcp, over HTTP';

/** Calls per second of the same api with and without its guard. */
export async function run({ database, log }) {
  const guarded = await startServer('api.mjs', [], database.environment);
  const token = await connect(guarded.url, ADMIN);
  const open = await startServer(
    'api.mjs',
    [JSON.stringify(await actorOf(database.url))],
    database.environment,
  );
  try {
    const lines = [];
    for (const [name, body] of Object.entries(CALLS)) {
      log(name);
      lines.push(...(await compare(name, body, { guarded, open }, token)));
    }
    return lines;
  } finally {
    await Promise.all([guarded.stop(), open.stop()]);
  }
}

async function compare(name, body, servers, token) {
  // Both get the same bytes, so that both parse the same headers.
  const load = (server, calls) => fire(server, body, token, calls);
  await assertOpens(servers, body, token);
  for (const server of [servers.guarded, servers.open]) await load(server, WARM_UP_CALLS);
  const rounds = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const order = round % 2 === 0 ? ['guarded', 'open'] : ['open', 'guarded'];
    const result = {};
    for (const side of order) result[side] = await load(servers[side], ROUND_CALLS);
    rounds.push(result);
  }
  const rate = (side) => rounds.map((round) => round[side].rate);
  const cpu = (side) => rounds.map((round) => round[side].cpuMicros);
  const ratios = rounds.map((round) => round.guarded.rate / round.open.rate);
  const cpuRatios = rounds.map((round) => round.guarded.cpuMicros / round.open.cpuMicros);
  const percent = (value) => `${(100 * value).toFixed(1)} %`;
  const micros = (value) => `${value.toFixed(0)} µs`;
  return [
    {
      what: `${name}, ${CONNECTIONS} connections`,
      ours: `${median(rate('guarded')).toFixed(0)} calls/s`,
      baseline: 'the same api without the guard',
      theirs: `${median(rate('open')).toFixed(0)} calls/s`,
      ratio: percent(median(ratios)),
      spread: spread(ratios, percent),
      target: `≥ ${percent(1 - MOST_COST)}`,
      reached: median(ratios) >= 1 - MOST_COST,
    },
    ...(Number.isFinite(median(cpu('open')))
      ? [
          {
            what: `${name}, CPU of the server per call`,
            ours: micros(median(cpu('guarded'))),
            baseline: 'the same api without the guard',
            theirs: micros(median(cpu('open'))),
            ratio: percent(median(cpuRatios)),
            spread: `${spread(cpuRatios, percent)} (quartiles ${percent(percentile(cpuRatios, 0.25))}, ${percent(percentile(cpuRatios, 0.75))})`,
          },
        ]
      : []),
  ];
}

async function fire(server, body, token, calls) {
  const before = await server.cpuMicros();
  const startedAt = performance.now();
  const load = autocannon({
    url: `${server.url}/mcp`,
    connections: CONNECTIONS,
    amount: calls,
    timeout: 120,
    method: 'POST',
    headers: headersOf(token),
    body: JSON.stringify(body),
  });
  // autocannon itself looks once a second whether it is done.
  let answers = 0;
  let measured;
  load.on('response', () => {
    answers += 1;
    if (answers === calls) measured = end(server, startedAt, before);
  });
  const result = await load;
  if (result['2xx'] !== calls) throw new Error(`${result.non2xx} refusals, ${result.errors} errors`);
  const { milliseconds, cpuMicros } = await measured;
  return { rate: (1_000 * calls) / milliseconds, cpuMicros: cpuMicros / calls };
}

async function end(server, startedAt, before) {
  const milliseconds = performance.now() - startedAt;
  return { milliseconds, cpuMicros: (await server.cpuMicros()) - before };
}

/** Both sides answer the same, and only the guarded one asks for a token: else nothing is compared. */
async function assertOpens({ guarded, open }, body, token) {
  const ask = async (server, headers) => {
    const response = await fetch(`${server.url}/mcp`, {
      method: 'POST',
      headers,
      body: JSON.stringify(body),
    });
    return { status: response.status, text: await response.text() };
  };
  const own = await ask(guarded, headersOf(token));
  const other = await ask(open, HEADERS);
  const stranger = await ask(guarded, HEADERS);
  if (own.status !== 200 || own.text !== other.text || stranger.status !== 401) {
    throw new Error(`the two sides differ: ${JSON.stringify({ own, other, stranger })}`);
  }
}

/** Whom the token is for. */
async function actorOf(url) {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const { rows } = await client.query(
      `SELECT u.id AS "userId", u.email, u.role, c.client_id AS "clientId"
       FROM oauth_grants g JOIN users u ON u.id = g.user_id JOIN oauth_clients c ON c.id = g.client_id`,
    );
    return rows[0];
  } finally {
    await client.end();
  }
}
