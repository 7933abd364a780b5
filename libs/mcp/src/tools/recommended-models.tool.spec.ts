import { toolBench } from '../../test/call-tool.js';
import { actor } from '../../test/protocol-app.js';
import { recommendedModelsTool } from './recommended-models.tool.js';

describe('recommended_models', () => {
  it.each(['image', 'video', 'utility'])('gives the list of %s', async (category) => {
    const { services, call } = toolBench(recommendedModelsTool);
    const { structured } = await call({ category });
    expect(services.catalog.recommended).toHaveBeenCalledWith(actor, 'model', category);
    expect(structured).toEqual({ category, items: [] });
  });

  it.each([
    [{}, 'is required: one of image, video, utility'],
    [{ category: 'audio' }, 'must be one of image, video, utility'],
  ])('refuses %j', async (args, message) => {
    const { call } = toolBench(recommendedModelsTool);
    await expect(call(args)).rejects.toMatchObject({
      details: { validationErrors: [{ path: 'category', message }] },
    });
  });
});
