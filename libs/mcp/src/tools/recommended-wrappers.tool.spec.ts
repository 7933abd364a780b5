import { toolBench } from '../../test/call-tool.js';
import { actor } from '../../test/protocol-app.js';
import { recommendedWrappersTool } from './recommended-wrappers.tool.js';

describe('recommended_wrappers', () => {
  it.each(['image', 'video', 'utility'])('gives the list of %s', async (category) => {
    const { services, call } = toolBench(recommendedWrappersTool);
    const { structured } = await call({ category });
    expect(services.catalog.recommended).toHaveBeenCalledWith(actor, 'wrapper', category);
    expect(structured).toEqual({ category, items: [] });
  });

  it.each([
    [{}, 'is required: one of image, video, utility'],
    [{ category: 'audio' }, 'must be one of image, video, utility'],
  ])('refuses %j', async (args, message) => {
    const { call } = toolBench(recommendedWrappersTool);
    await expect(call(args)).rejects.toMatchObject({
      details: { validationErrors: [{ path: 'category', message }] },
    });
  });
});
