import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as delay } from 'node:timers/promises';
import { CatalogService } from '../../dist/libs/catalog/src/catalog.service.js';
import { CatalogChanges } from '../../dist/libs/catalog/src/changes/catalog-changes.service.js';
import { PostingsCache } from '../../dist/libs/catalog/src/search/postings-cache.service.js';
import { RankingCache } from '../../dist/libs/catalog/src/search/ranking-cache.service.js';
import { generateCatalog, insertCatalog } from '../../libs/catalog/test/search/generate-catalog.mjs';
import { finish, openClient, startApi } from '../support/platform.mjs';
import { timed } from '../support/rounds.mjs';

/*
 * For how long a search keeps the process from everything else. Prints JSON: for every query the milliseconds of each call and
 * the longest time in which no timer ran, over a large catalogue.
 */
const ENTRIES = 100_000;
const BATCH = 1_000;
const CALLS = 9;

const words = (count, word) => Array.from({ length: count }, (_, at) => word(at)).join(' ');
const QUERIES = {
  // What the machine itself does to timers.
  'no search at all': null,
  'one letter': 'a',
  'one common word': 'image',
  'common words': 'picture generation model video photo text prompt images works with',
  'no word': 'the of and',
  'a task': 'text to speech',
  '500 letters': 'a'.repeat(500),
  '250 words': words(250, () => 'a'),
  '120 different words': words(120, (at) => at.toString(36).padStart(3, 'z')),
  '40 common words': words(
    45,
    (at) =>
      'image picture photo text video prompt model generate voice speech audio upscale background remove face file input large small quality files see examples typical inputs licensed commercial use runs consumer gpu evaluated public benchmarks deterministic fixed seed slow needs account made creative teams tested noisy works'.split(
        ' ',
      )[at],
  ),
  'mistyped words': 'backgruond remvoe pictrue upscalre genrate vidoe',
  'long mistyped words':
    'superresolutoinnetworkmodel transcriptoinofrecordingss generalisationofpictures colorizatoinmachines',
  'quotes and operators': `"remove" & (background) | ! <-> :* ' '' ; DROP TABLE catalog_entries; -- \\`,
  emoji: '🎨🖼️👩‍👩‍👧‍👦'.repeat(20),
  Arabic: 'إزالة الخلفية من الصورة '.repeat(20),
  CJK: '图像放大 背景除去 画像生成 '.repeat(35),
  'combining characters': 'ú̶̢̧̨p̷s̴c̵a̶l̷e '.repeat(20),
};

const app = await startApi();
const client = await openClient();
const catalog = app.get(CatalogService, { strict: false });
const changes = app.get(CatalogChanges, { strict: false });
const rankings = app.get(RankingCache, { strict: false });
const postings = app.get(PostingsCache, { strict: false });
const actor = {
  userId: '00000000-0000-0000-0000-000000000000',
  email: 'x@example.org',
  role: 'user',
  clientId: null,
};
await client.query('TRUNCATE catalog_entries CASCADE');
const entries = generateCatalog(ENTRIES);
for (let at = 0; at < ENTRIES; at += BATCH) await insertCatalog(client, entries.slice(at, at + BATCH));
await client.query('VACUUM (ANALYZE)');
await changes.announce();

const asked = {};
const loop = monitorEventLoopDelay({ resolution: 1 });
for (const [name, query] of Object.entries(QUERIES)) {
  const calls = [];
  for (let call = 0; call < CALLS; call += 1) {
    // All of them rank; every other one reads and decodes the postings as well.
    rankings.forget();
    if (call % 2 === 0) postings.forget();
    loop.enable();
    await delay(5);
    loop.reset();
    const tookMs = await timed(() =>
      query === null ? delay(10) : catalog.search(actor, { query, limit: 20 }),
    );
    await delay(5);
    loop.disable();
    calls.push({ tookMs, heldMs: Math.max(loop.max / 1e6 - 1, 0) });
  }
  asked[name] = calls;
}
await client.query('TRUNCATE catalog_entries CASCADE');
finish({ asked });
