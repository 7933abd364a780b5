import { ADMIN } from './support/database.mjs';
import { runProgram, startServer } from './support/processes.mjs';
import { median, spread } from './support/statistics.mjs';
import { connect } from './support/token.mjs';

const MOST_WARM_MICROS = 20;

export const title = 'The check of a bearer token, in process';

const micros = (value) => `${value.toFixed(value < 100 ? 1 : 0)} µs`;

/** What one token costs that the process remembers, and one that it must ask the database for. */
export async function run({ database }) {
  const server = await startServer('api.mjs', [], database.environment);
  await connect(server.url, ADMIN).finally(() => server.stop());
  // A token is good for the address that it was issued for.
  const environment = { ...database.environment, PUBLIC_URL: server.url };
  const result = await runProgram('bearer-check.mjs', [], environment);
  return [
    warm('AccessTokenVerifier.verify, remembered', result.warmVerify),
    warm('McpBearerGuard.canActivate, remembered', result.warmGuard),
    statements('statements for a remembered token', result.warmStatements, 0),
    statements('statements for a token not remembered', result.coldStatements, 1),
    statements('… at its first use, which is noted', result.firstUseStatements, 3),
    cold('AccessTokenVerifier.verify, not remembered, p50', result.coldVerify, result.lookup),
    cold('McpBearerGuard.canActivate, not remembered, p50', result.coldGuard, result.lookup),
  ];
}

function warm(what, runs) {
  return {
    what,
    ours: micros(median(runs)),
    spread: spread(runs, micros),
    target: `≤ ${micros(MOST_WARM_MICROS)}`,
    reached: median(runs) <= MOST_WARM_MICROS,
  };
}

function statements(what, sent, expected) {
  return { what, ours: `${sent.length}`, target: `${expected}`, reached: sent.length === expected };
}

function cold(what, runs, lookups) {
  const ratios = runs.map((run, index) => run / lookups[index]);
  return {
    what,
    ours: micros(median(runs)),
    baseline: 'one row by primary key, prepared, bare pg',
    theirs: micros(median(lookups)),
    ratio: `${median(ratios).toFixed(2)}×`,
    spread: spread(ratios, (value) => `${value.toFixed(2)}×`),
  };
}
