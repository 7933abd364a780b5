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

  it('leaves what curators took out of a list alone', async () => {
    await client.query(
      `DELETE FROM recommendations WHERE kind = 'model' AND category = 'image' AND position > 0`,
    );
    const [shortened] = await listed();
    await client.query(`UPDATE seeds SET fingerprint = 'an older release'`);
    await run();
    expect(await listed()).toEqual([shortened]);
  });

  it('follows the public URL when it changes', async () => {
    await run({ PUBLIC_URL: 'https://models.example' });
    const texts = JSON.stringify(await rows('SELECT examples, thumbnail_url FROM catalog_entries'));
    expect(texts).toContain('https://models.example/media/');
    expect(texts).not.toContain('http://localhost:3000/media/');
  });

  describe('of another release', () => {
    const summaries = async () =>
      Object.fromEntries(
        (await rows<{ alias: string; summary: string }>('SELECT alias, summary FROM catalog_entries')).map(
          ({ alias, summary }) => [alias, summary],
        ),
      );
    /** As a release did that wrote other texts than this one. */
    const pretendOlder = (alias: string) =>
      client.query(`UPDATE catalog_entries SET summary = 'Of an older release.' WHERE alias = $1`, [alias]);
    const edit = async (alias: string, sql: string) => {
      await client.query(`UPDATE catalog_entries SET version = version + 1, ${sql} WHERE alias = $1`, [
        alias,
      ]);
      await client.query(
        `INSERT INTO catalog_entry_versions (entry_id, version, definition, origin)
         SELECT entry_id, version, definition, 'operator' FROM catalog_definitions WHERE alias = $1`,
        [alias],
      );
    };

    it('changes what people never edited, and nothing else', async () => {
      const before = await summaries();
      await pretendOlder('upscale');
      await edit('ocr', `summary = 'Ours.'`);
      await client.query(`UPDATE seeds SET fingerprint = 'an older release'`);
      await run();
      expect(await summaries()).toEqual({ ...before, ocr: 'Ours.' });
      const versions = await rows(
        `SELECT origin, v.version FROM catalog_entry_versions v JOIN catalog_entries e ON e.id = entry_id
         WHERE alias = 'upscale' ORDER BY v.version DESC LIMIT 1`,
      );
      expect(versions).toEqual([{ origin: 'release', version: expect.any(Number) }]);
    });

    it('starts whatever people did: hid a recommended model, took a field that a wrapper needs', async () => {
      await edit('detect-language', `status = 'draft'`);
      await edit('slideshow', `input_schema = '{"type":"object","properties":{"images":{"type":"array"}}}'`);
      await pretendOlder('photo-story');
      // As in a release that brings this list.
      for (const table of ['recommendations', 'recommendation_lists'])
        await client.query(`DELETE FROM ${table} WHERE kind = 'model' AND category = 'utility'`);
      await client.query(`UPDATE seeds SET fingerprint = 'an older release'`);
      await run();
      expect((await summaries())['photo-story']).toBe('Of an older release.');
      const utility = await rows<{ alias: string }>(
        `SELECT alias FROM recommendations r JOIN catalog_entries e ON e.id = r.entry_id
         WHERE r.kind = 'model' AND r.category = 'utility' ORDER BY position`,
      );
      expect(utility).toEqual([{ alias: 'ocr' }, { alias: 'text-to-speech' }]);
    });
  });
});
