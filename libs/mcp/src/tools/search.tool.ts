import { filter, text } from './schemas.js';
import { READS, type Tool } from './tool.js';

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
  handler: async (actor, args, { services }) => ({
    structured: { query: args.query, ...(await services.catalog.search(actor, args)) },
  }),
};
