import { Client } from 'pg';
import { Assistant } from '../../apps/demo/src/assistant.js';
import type { ApiProcess } from '../support/api-process.js';
import { USER } from '../support/oauth-client.js';
import { type OAuthServers, prepareOAuthServers } from '../support/oauth-server.js';

jest.setTimeout(120_000);

const TABLES = ['catalog_entries', 'models', 'wrappers', 'wrapper_base_models', 'recommendations'];

/** Two apis as they ship on one database, from which the tables of the catalogue are taken away for a while. */
describe('a warm catalogue', () => {
  let servers: OAuthServers;
  let apis: ApiProcess[];
  let database: Client;
  let assistants: Assistant[];

  beforeAll(async () => {
    servers = await prepareOAuthServers();
    apis = await Promise.all([servers.start(), servers.start()]);
    database = new Client({ connectionString: servers.databaseUrl });
    await database.connect();
    assistants = await Promise.all(apis.map(({ url }) => Assistant.connect(new URL(`${url}/mcp`), USER)));
  });
  afterAll(async () => {
    await Promise.all((assistants ?? []).map((assistant) => assistant.close()));
    await database?.end();
    await servers?.stop();
  });

  /** Whoever sends a statement for the catalogue meanwhile fails. */
  async function withoutTables(work: () => Promise<void>): Promise<void> {
    const rename = (from: string, to: string) => database.query(`ALTER TABLE ${from} RENAME TO ${to}`);
    for (const table of TABLES) await rename(table, `${table}_away`);
    try {
      await work();
    } finally {
      for (const table of TABLES) await rename(`${table}_away`, table);
    }
  }

  async function readAll(assistant: Assistant): Promise<void> {
    const endpoint = 'modelrunner/upscale';
    await assistant.call('recommended_models', { category: 'image' });
    await assistant.call('recommended_wrappers', { category: 'video' });
    await assistant.call('get_model', { endpoint });
    await assistant.call('get_model_raw_schema', { endpoint });
    await assistant.call('get_wrapper', { endpoint: 'modelrunner/photo-story' });
  }

  it('is not read from the database, over HTTP, tokens and all', async () => {
    for (const assistant of assistants) await readAll(assistant);
    await withoutTables(async () => {
      for (const assistant of assistants) await readAll(assistant);
      const other = assistants[0]!.call('get_model', { endpoint: 'modelrunner/ocr' });
      await expect(other).rejects.toThrow();
    });
    await assistants[0]!.call('get_model', { endpoint: 'modelrunner/ocr' });
  });
});
