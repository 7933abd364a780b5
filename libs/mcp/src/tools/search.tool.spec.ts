import { toolBench } from '../../test/call-tool.js';
import { actor } from '../../test/protocol-app.js';
import { searchTool } from './search.tool.js';

describe('search', () => {
  it('gives ten results unless told, and repeats the query', async () => {
    const { services, call } = toolBench(searchTool);
    const { structured } = await call({ query: 'upscale' });
    expect(services.catalog.search).toHaveBeenCalledWith(actor, { query: 'upscale', limit: 10 });
    expect(structured).toEqual({
      query: 'upscale',
      results: [],
      total: 0,
      hint: expect.stringContaining('list_models'),
    });
  });

  it('gives no hint beside results', async () => {
    const { services, call } = toolBench(searchTool);
    services.catalog.search.mockResolvedValueOnce({ results: [], total: 3 });
    expect((await call({ query: 'upscale' })).structured).not.toHaveProperty('hint');
  });

  it('gives at most fifty', async () => {
    const { call } = toolBench(searchTool);
    await expect(call({ query: 'x', limit: 51 })).rejects.toMatchObject({
      details: { validationErrors: [{ path: 'limit', message: 'must be between 1 and 50' }] },
    });
  });
});
