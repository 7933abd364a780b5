import { toolBench } from '../../test/call-tool.js';
import { actor } from '../../test/protocol-app.js';
import { getModelTool } from './get-model.tool.js';

describe('get_model', () => {
  it('shows one endpoint', async () => {
    const { services, call } = toolBench(getModelTool);
    const { structured } = await call({ endpoint: 'a/b' });
    expect(services.catalog.getModel).toHaveBeenCalledWith(actor, 'a/b');
    expect(structured).toEqual({ endpoint: 'a/b', inputs: [] });
  });

  it('needs an endpoint', async () => {
    const { call } = toolBench(getModelTool);
    await expect(call({ endpoint: null })).rejects.toMatchObject({
      details: { validationErrors: [{ path: 'endpoint', message: 'is required' }] },
    });
  });
});
