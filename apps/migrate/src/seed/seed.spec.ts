import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { type AppConfig, loadConfig } from '#libs/config';
import { migrateQueueStore } from '#libs/queue';
import { createTestDatabase, type TestDatabase } from '../../../../test/support/test-database.js';
import { seed } from './seed.js';
import type { FirstAdmin } from './seeder.service.js';

jest.setTimeout(60_000);

describe('seed', () => {
  let database: TestDatabase;
  let client: Client;
  let dataDir: string;
  let config: AppConfig;
  const admins: FirstAdmin[] = [];
  const run = (env: Record<string, string> = {}): Promise<void> => {
    config = loadConfig({
      DATABASE_URL: database.url,
      DATA_DIR: dataDir,
      SECRET_KEY: 'x'.repeat(32),
      ...env,
    });
    return seed(config, client, (admin) => admins.push(admin));
  };
  const rows = async <Row extends object>(text: string): Promise<Row[]> =>
    (await client.query<Row>(text)).rows;
  const listed = () =>
    rows<{ alias: string }>(
      `SELECT alias FROM recommendations r JOIN catalog_entries e ON e.id = r.entry_id
       WHERE r.kind = 'model' AND r.category = 'image' ORDER BY position`,
    );

  beforeAll(async () => {
    database = await createTestDatabase();
    dataDir = await mkdtemp(join(tmpdir(), 'modelrunner-seed-'));
    await migrateQueueStore(loadConfig({ DATABASE_URL: database.url }));
    client = new Client({ connectionString: database.url });
    await client.connect();
    await run();
  });

  afterAll(async () => {
    await client?.end();
    await database?.drop();
    await rm(dataDir, { recursive: true, force: true });
  });

  it('makes the administrator once, with a generated password that it tells', async () => {
    await run();
    expect(admins).toEqual([
      { email: 'admin@localhost.localdomain', password: expect.stringMatching(/^\S{16,}$/) },
    ]);
  });

  it('stores every file of the catalogue once, for ever, and puts its URL in the place of its name', async () => {
    const files = await rows<{ key: string; sha256: string; years: number }>(
      `SELECT key, sha256, extract(year FROM expires_at)::int years FROM files`,
    );
    expect(files.length).toBeGreaterThan(0);
    expect(new Set(files.map(({ sha256 }) => sha256)).size).toBe(files.length);
    expect(files.every(({ years }) => years > 9_000)).toBe(true);
    const texts = JSON.stringify(await rows('SELECT examples, thumbnail_url FROM catalog_entries'));
    expect(texts).not.toContain('asset:');
    const urls = new Set(files.map(({ key }) => `http://localhost:3000/media/${key}`));
    const used = texts.match(/http:\/\/localhost:3000\/media\/[\w-]+/g) ?? [];
    expect(used.length).toBeGreaterThan(0);
    for (const url of used) expect(urls).toContain(url);
  });

  it('leaves what operators changed alone until a release brings something else', async () => {
    await client.query(`UPDATE catalog_entries SET summary = 'Ours.' WHERE alias = 'upscale'`);
    await client.query(
      `DELETE FROM recommendations WHERE kind = 'model' AND category = 'image' AND position > 0`,
    );
    const [shortened] = await listed();
    await run();
    expect(await rows(`SELECT summary FROM catalog_entries WHERE alias = 'upscale'`)).toEqual([
      { summary: 'Ours.' },
    ]);
    await client.query(`UPDATE seeds SET fingerprint = 'an older release'`);
    await run();
    expect(await rows(`SELECT summary FROM catalog_entries WHERE alias = 'upscale'`)).not.toEqual([
      { summary: 'Ours.' },
    ]);
    expect(await listed()).toEqual([shortened]);
  });

  it('follows the public URL when it changes', async () => {
    await run({ PUBLIC_URL: 'https://models.example' });
    const texts = JSON.stringify(await rows('SELECT examples, thumbnail_url FROM catalog_entries'));
    expect(texts).toContain('https://models.example/media/');
    expect(texts).not.toContain('http://localhost:3000/media/');
  });
});
