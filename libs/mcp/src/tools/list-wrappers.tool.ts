import { emptyHint, LOOSEN_FILTERS } from './empty-hint.js';
import { filter, limit, page, pageOutput, text } from './schemas.js';
import { READS, type Tool } from './tool.js';

interface ListWrappersArguments {
  search?: string;
  category?: string;
  page: number;
  limit: number;
}

export const listWrappersTool: Tool<ListWrappersArguments> = {
  name: 'list_wrappers',
  title: 'List wrappers',
  description: 'Browse all wrappers; recommended_wrappers is shorter. Next: get_wrapper.',
  annotations: READS,
  inputSchema: { type: 'object', properties: { search: text, category: filter, page, limit } },
  outputSchema: pageOutput,
  handler: async (actor, args, { services }) => {
    const found = await services.catalog.listWrappers(actor, args);
    return { structured: { ...found, ...emptyHint(found.total, LOOSEN_FILTERS) } };
  },
};
