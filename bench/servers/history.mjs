import pg from 'pg';
import { InferenceService } from '#libs/inference';
import { finish, openClient, prepareModel, startApi } from '../support/platform.mjs';
import { insertRequests, insertUsers } from '../support/requests.mjs';

/*
 * Pages of the history while it grows. Prints JSON: for every size and filter the milliseconds of the statement that
 * reads the page and of the one that counts; and for every filter the plans at the greatest size.
 */
const SIZES = [1_000, 100_000, 1_000_000];
const ORDINARY = 1_000;
const CALLS = 7;
const WARM_CALLS = 2;
const LIMIT = 20;

const app = await startApi();
const client = await openClient();
await prepareModel(client);
const history = app.get(InferenceService, { strict: false });
const [heavy, ordinary] = await insertUsers(client, 2);
const actorOf = (userId) => ({ userId, email: 'x@example.org', role: 'user', clientId: null });

/** What was sent to the database meanwhile, with the time that each took. */
let sent = [];
const reallyQuery = pg.Client.prototype.query;
pg.Client.prototype.query = function (statement, ...rest) {
  const text = statement.text ?? statement;
  const entry = { text, values: statement.values ?? rest.find(Array.isArray), from: performance.now() };
  sent.push(entry);
  const done = () => (entry.milliseconds = performance.now() - entry.from);
  const callback = rest.at(-1);
  if (typeof callback === 'function') {
    rest[rest.length - 1] = (...answer) => {
      done();
      callback(...answer);
    };
    return reallyQuery.call(this, statement, ...rest);
  }
  if (typeof statement.callback === 'function') {
    const { callback: own } = statement;
    statement.callback = (...answer) => {
      done();
      own(...answer);
    };
    return reallyQuery.call(this, statement, ...rest);
  }
  const result = reallyQuery.call(this, statement, ...rest);
  result?.then?.(done, done);
  return result;
};

const filters = (rows) => ({
  'no filter': {},
  'status, common': { status: 'COMPLETED' },
  'status, rare': { status: 'CANCELLED' },
  modelEndpoint: { modelEndpoint: 'bench/model-3' },
  'metadata, one request': { metadata: { batch: '100' } },
  'metadata, most requests': { metadata: { app: 'bench' } },
  'metadata, none': { metadata: { batch: 'no such' } },
  'no filter, last page': { page: Math.ceil(rows / LIMIT) },
});

const isList = ({ text }) => text.includes('inference_requests');
const isCount = ({ text }) => /count\(/i.test(text);

async function list(userId, query) {
  sent = [];
  await history.list(actorOf(userId), { page: 1, limit: LIMIT, ...query });
  const statements = sent.filter(isList);
  const page = statements.find((entry) => !isCount(entry));
  const count = statements.find(isCount);
  if (statements.length > 2 || page === undefined)
    throw new Error(`other statements: ${JSON.stringify(statements)}`);
  return { page, count };
}

async function measure(userId, query) {
  const result = { page: [], count: [] };
  for (let call = -WARM_CALLS; call < CALLS; call += 1) {
    const { page, count } = await list(userId, query);
    if (call < 0) continue;
    result.page.push(page.milliseconds);
    result.count.push(count?.milliseconds ?? 0);
  }
  return result;
}

async function planOf({ text, values }) {
  const { rows } = await client.query({ text: `EXPLAIN (FORMAT JSON) ${text}`, values });
  const nodes = [];
  const walk = (node) => {
    nodes.push(`${node['Node Type']}${node['Index Name'] ? ` ${node['Index Name']}` : ''}`);
    node.Plans?.forEach(walk);
  };
  walk(rows[0]['QUERY PLAN'][0].Plan);
  return nodes.join(' < ');
}

/** Rows in bulk: the indexes are made anew afterwards, as the migrations made them. */
async function grow(by) {
  const { rows } = await client.query(
    `SELECT indexname AS name, indexdef AS definition FROM pg_indexes
     WHERE tablename = 'inference_requests' AND indexname <> 'pk_inference_requests'`,
  );
  await client.query(`SET maintenance_work_mem = '512MB'`);
  for (const { name } of rows) await client.query(`DROP INDEX ${name}`);
  await insertRequests(client, [heavy], by, 'mixed');
  for (const { definition } of rows) await client.query(definition);
}

await insertRequests(client, [ordinary], ORDINARY, 'mixed');
const sizes = [];
let size = 0;
for (const rows of SIZES) {
  await grow(rows - size);
  size = rows;
  await client.query('VACUUM (ANALYZE) inference_requests');
  const result = { rows, filters: {} };
  for (const [name, query] of Object.entries(filters(rows)))
    result.filters[name] = await measure(heavy, query);
  result.filters['another user with 1,000 requests, no filter'] = await measure(ordinary, {});
  result.filters['another user, modelEndpoint'] = await measure(ordinary, { modelEndpoint: 'bench/model-3' });
  sizes.push(result);
}
const plans = [];
for (const [name, query] of Object.entries(filters(size))) {
  const { page, count } = await list(heavy, query);
  plans.push({ name: `${name}, page`, plan: await planOf(page) });
  if (count) plans.push({ name: `${name}, count`, plan: await planOf(count) });
}
await client.query('TRUNCATE inference_requests CASCADE');
finish({ sizes, plans });
