import { type Shelf, shelf, shelfOutput } from './schemas.js';
import { READS, type Tool } from './tool.js';

interface RecommendedWrappersArguments {
  category: Shelf;
}

export const recommendedWrappersTool: Tool<RecommendedWrappersArguments> = {
  name: 'recommended_wrappers',
  title: 'Recommended wrappers',
  description: 'The best wrappers (models with a ready prompt) of a category. Next: get_wrapper.',
  annotations: READS,
  inputSchema: { type: 'object', properties: { category: shelf }, required: ['category'] },
  outputSchema: shelfOutput,
  handler: async (actor, { category }, { services }) => ({
    structured: { category, items: await services.catalog.recommended(actor, 'wrapper', category) },
  }),
};
