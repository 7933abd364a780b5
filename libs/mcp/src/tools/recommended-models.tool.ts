import { type Shelf, shelf, shelfOutput } from './schemas.js';
import { READS, type Tool } from './tool.js';

interface RecommendedModelsArguments {
  category: Shelf;
}

export const recommendedModelsTool: Tool<RecommendedModelsArguments> = {
  name: 'recommended_models',
  title: 'Recommended models',
  description: 'Start here: the best models of a category, best first. Next: get_model.',
  annotations: READS,
  inputSchema: { type: 'object', properties: { category: shelf }, required: ['category'] },
  outputSchema: shelfOutput,
  handler: async (actor, { category }, { services }) => ({
    structured: { category, items: await services.catalog.recommended(actor, 'model', category) },
  }),
};
