import { toolBench } from '../../test/call-tool.js';
import { actor } from '../../test/protocol-app.js';
import { getModelRawSchemaTool } from './get-model-raw-schema.tool.js';

describe('get_model_raw_schema', () => {
  it('shows one endpoint', async () => {
    const { services, call } = toolBench(getModelRawSchemaTool);
    const { structured } = await call({ endpoint: 'a/b' });
    expect(services.catalog.getRawSchema).toHaveBeenCalledWith(actor, 'a/b');
    expect(structured).toEqual({ endpoint: 'a/b', inputSchema: {}, outputSchema: {} });
  });

  it('needs an endpoint', async () => {
    const { call } = toolBench(getModelRawSchemaTool);
    await expect(call({ endpoint: null })).rejects.toMatchObject({
      details: { validationErrors: [{ path: 'endpoint', message: 'is required' }] },
    });
  });
});
