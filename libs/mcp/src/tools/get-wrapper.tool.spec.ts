import { toolBench } from '../../test/call-tool.js';
import { actor } from '../../test/protocol-app.js';
import { getWrapperTool } from './get-wrapper.tool.js';

describe('get_wrapper', () => {
  it('shows one endpoint', async () => {
    const { services, call } = toolBench(getWrapperTool);
    const { structured } = await call({ endpoint: 'a/b' });
    expect(services.catalog.getWrapper).toHaveBeenCalledWith(actor, 'a/b');
    expect(structured).toEqual({ endpoint: 'a/b', inputs: [] });
  });

  it('needs an endpoint', async () => {
    const { call } = toolBench(getWrapperTool);
    await expect(call({ endpoint: null })).rejects.toMatchObject({
      details: { validationErrors: [{ path: 'endpoint', message: 'is required' }] },
    });
  });
});
