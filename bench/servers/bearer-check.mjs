import 'reflect-metadata';
import { createHash } from 'node:crypto';
import { EventEmitter } from 'node:events';
import { ExecutionContextHost } from '@nestjs/core/helpers/execution-context-host.js';
import pg from 'pg';
import { loadConfig } from '#libs/config';
import { createHttpApp } from '#libs/http';
import { createLogger } from '#libs/lifecycle';
import { McpBearerGuard } from '#libs/oauth';
import { apiModule } from '../../dist/apps/api/src/api.module.js';
import { AccessTokenVerifier } from '../../dist/libs/oauth/src/tokens/access-token.verifier.js';
import { median } from '../support/statistics.mjs';

/*
 * What the check of one token costs inside the api's own process, without HTTP. Prints JSON:
 * the microseconds of each run, and how many statements a check sent to the database.
 */
const TOKENS = 100_000;
const RUNS = 9;
const WARM_CALLS = 20_000;
const COLD_CALLS = 1_000;

process.once('disconnect', () => process.exit(1));
const config = loadConfig();
const app = await createHttpApp(apiModule(config), config, createLogger(config, 'api'));
await app.init();
const verifier = app.get(AccessTokenVerifier, { strict: false });
const guard = app.get(McpBearerGuard, { strict: false });

const statements = [];
const reallyQuery = pg.Client.prototype.query;
pg.Client.prototype.query = function (statement, ...rest) {
  statements.push(statement.name ?? statement.text ?? statement);
  return reallyQuery.call(this, statement, ...rest);
};
/** What was sent to the database meanwhile; everything else in this process is at rest. */
const sentBy = async (work) => {
  statements.length = 0;
  await work();
  return [...statements];
};

const client = new pg.Client({ connectionString: config.DATABASE_URL });
await client.connect();
await insertTokens();

/** A request as the guard sees it; it ends at once, as its response would. */
async function guardOnce(token) {
  const authorization = `Bearer ${token}`;
  const raw = { rawHeaders: ['host', 'x', 'authorization', authorization] };
  const request = { headers: { host: 'x', authorization }, query: {}, raw };
  const reply = { raw: new EventEmitter(), header: () => reply };
  await guard.canActivate(new ExecutionContextHost([request, reply]));
  if (!request.actor) throw new Error('the guard let nobody in');
  reply.raw.emit('close');
}

async function verifyOnce(token) {
  if (!(await verifier.verify(token))) throw new Error('the token is not good');
}

const perCall = async (calls, work) => {
  const startedAt = process.hrtime.bigint();
  for (let call = 0; call < calls; call += 1) await work(call);
  return Number(process.hrtime.bigint() - startedAt) / 1_000 / calls;
};

const result = { warmVerify: [], warmGuard: [], coldVerify: [], coldGuard: [], lookup: [] };
const token = tokenOf(1);
for (const work of [verifyOnce, guardOnce]) await perCall(WARM_CALLS, () => work(token));
for (let run = 0; run < RUNS; run += 1) {
  result.warmVerify.push(await perCall(WARM_CALLS, () => verifyOnce(token)));
  result.warmGuard.push(await perCall(WARM_CALLS, () => guardOnce(token)));
}

let next = 2;
const ids = (await client.query('SELECT id FROM oauth_access_tokens LIMIT 20000')).rows.map(({ id }) => id);
const lookup = (call) =>
  client.query({
    name: 'lookup',
    text: 'SELECT id, expires_at FROM oauth_access_tokens WHERE id = $1',
    values: [ids[call % ids.length]],
  });
const medianOf = async (calls, work) => {
  const micros = [];
  for (let call = 0; call < calls; call += 1) micros.push(await perCall(1, () => work(call)));
  return median(micros);
};
for (let run = -1; run < RUNS; run += 1) {
  const verify = await medianOf(COLD_CALLS, () => verifyOnce(tokenOf(next++)));
  const look = await medianOf(COLD_CALLS, lookup);
  const guarded = await medianOf(COLD_CALLS, () => guardOnce(tokenOf(next++)));
  if (run < 0) continue; // warm-up
  result.coldVerify.push(verify);
  result.lookup.push(look);
  result.coldGuard.push(guarded);
}

result.warmStatements = await sentBy(async () => {
  await verifyOnce(token);
  statements.length = 0;
  await verifyOnce(token);
});
result.coldStatements = await sentBy(() => verifyOnce(tokenOf(next++)));
result.firstUseStatements = await sentBy(() => verifyOnce(tokenOf(TOKENS)));

await client.end();
await app.close();
process.stdout.write(JSON.stringify(result), () => process.exit(0));

function tokenOf(number) {
  return `mra_bench_${number}`;
}

/** Tokens of the one connection that there is; all but the last have been used before. */
async function insertTokens() {
  await client.query(
    `INSERT INTO oauth_access_tokens (token_hash, grant_id, scopes, expires_at, first_used_at)
     SELECT encode(sha256(convert_to('mra_bench_' || n, 'UTF8')), 'hex'), t.grant_id, t.scopes,
            now() + interval '1 day', CASE WHEN n < $1 THEN now() END
     FROM oauth_access_tokens t, generate_series(1, $1::int) n`,
    [TOKENS],
  );
  await client.query('UPDATE oauth_grants SET last_used_at = now()');
  await client.query('ANALYZE');
  const [{ good }] = (
    await client.query('SELECT count(*)::int AS good FROM oauth_access_tokens WHERE token_hash = $1', [
      createHash('sha256').update(tokenOf(1)).digest('hex'),
    ])
  ).rows;
  if (good !== 1) throw new Error('the tokens were not inserted once each');
}
