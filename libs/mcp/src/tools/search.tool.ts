import { emptyHint } from './empty-hint.js';
import { filter, text } from './schemas.js';
import { READS, type Tool } from './tool.js';

const BROWSE =
  'Nothing matches. Try other words without category, or browse with list_models and list_wrappers.';

interface SearchArguments {
  query: string;
  category?: string;
  limit: number;
}

export const searchTool: Tool<SearchArguments> = {
  name: 'search',
  title: 'Search',
  description: 'Find models and wrappers by what they do. Next: get_model or get_wrapper, by kind.',
  annotations: READS,
  inputSchema: {
    type: 'object',
    properties: {
      query: text,
      category: filter,
      limit: { type: 'integer', minimum: 1, maximum: 50, default: 10 },
    },
    required: ['query'],
  },
  outputSchema: { type: 'object', properties: { results: { type: 'array' } }, required: ['results'] },
  handler: async (actor, args, { services }) => {
    const found = await services.catalog.search(actor, args);
    return { structured: { query: args.query, ...found, ...emptyHint(found.total, BROWSE) } };
  },
};
