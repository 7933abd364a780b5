import type { RequestStatus } from '#libs/inference';
import { emptyHint } from './empty-hint.js';
import { requestResult } from './request-result.js';
import { limit, page, pageOutput, text } from './schemas.js';
import { READS, type Tool } from './tool.js';

const NONE_OF_YOURS =
  'None of your requests matches. modelEndpoint is owner/alias; metadata pairs match exactly, all of them.';

interface ListMyRequestsArguments {
  status?: RequestStatus;
  modelEndpoint?: string;
  metadata?: Record<string, string>;
  before?: string;
  page: number;
  limit: number;
}

export const listMyRequestsTool: Tool<ListMyRequestsArguments> = {
  name: 'list_my_requests',
  title: 'List my requests',
  description: 'Your own past requests, newest first. Next: get_request.',
  annotations: READS,
  inputSchema: {
    type: 'object',
    properties: {
      status: { type: 'string', enum: ['IN_QUEUE', 'IN_PROGRESS', 'COMPLETED', 'FAILED', 'CANCELLED'] },
      modelEndpoint: text,
      metadata: { type: 'object', additionalProperties: text },
      before: text,
      page,
      limit,
    },
  },
  outputSchema: pageOutput,
  handler: async (actor, args, { services }) => {
    const requests = await services.inference.list(actor, args);
    const items = requests.items.map(requestResult);
    return { structured: { ...requests, items, ...emptyHint(requests.total, NONE_OF_YOURS) } };
  },
};
