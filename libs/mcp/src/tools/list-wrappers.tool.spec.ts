import { toolBench } from '../../test/call-tool.js';
import { actor } from '../../test/protocol-app.js';
import { listWrappersTool } from './list-wrappers.tool.js';

describe('list_wrappers', () => {
  it('fills in the published defaults', async () => {
    const { services, call } = toolBench(listWrappersTool);
    const { structured } = await call({ category: 'image-to-image' });
    expect(services.catalog.listWrappers).toHaveBeenCalledWith(actor, {
      category: 'image-to-image',
      page: 1,
      limit: 20,
    });
    const empty = { items: [], page: 1, limit: 20, total: 0, hasMore: false };
    expect(structured).toEqual({ ...empty, hint: expect.stringContaining('leave out category') });
  });

  it('takes numbers as strings, up to 100 a page', async () => {
    const { services, call } = toolBench(listWrappersTool);
    await call({ page: '3', limit: '100', search: 'x' });
    expect(services.catalog.listWrappers).toHaveBeenCalledWith(actor, { search: 'x', page: 3, limit: 100 });
    await expect(call({ limit: 101, page: 0 })).rejects.toMatchObject({
      details: {
        validationErrors: [
          { path: 'page', message: 'must be >= 1' },
          { path: 'limit', message: 'must be between 1 and 100' },
        ],
      },
    });
  });
});
