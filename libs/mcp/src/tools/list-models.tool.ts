import { emptyHint, LOOSEN_FILTERS } from './empty-hint.js';
import { filter, limit, page, pageOutput, text } from './schemas.js';
import { READS, type Tool } from './tool.js';

interface ListModelsArguments {
  search?: string;
  category?: string;
  page: number;
  limit: number;
}

export const listModelsTool: Tool<ListModelsArguments> = {
  name: 'list_models',
  title: 'List models',
  description: 'Browse all models; recommended_models is shorter. Next: get_model.',
  annotations: READS,
  inputSchema: { type: 'object', properties: { search: text, category: filter, page, limit } },
  outputSchema: pageOutput,
  handler: async (actor, args, { services }) => {
    const found = await services.catalog.listModels(actor, args);
    return { structured: { ...found, ...emptyHint(found.total, LOOSEN_FILTERS) } };
  },
};
