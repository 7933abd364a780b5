import { requestLinks, requestResult } from './request-result.js';
import { requestOutput, text } from './schemas.js';
import { READS, type Tool } from './tool.js';

interface GetRequestArguments {
  requestId: string;
}

export const getRequestTool: Tool<GetRequestArguments> = {
  name: 'get_request',
  title: 'Get request',
  description: 'Current state or result of a request. To wait for it: wait_for_request.',
  annotations: READS,
  inputSchema: { type: 'object', properties: { requestId: text }, required: ['requestId'] },
  outputSchema: requestOutput,
  handler: async (actor, { requestId }, { services }) => {
    const request = await services.inference.get(actor, requestId);
    return { structured: requestResult(request), links: requestLinks(request) };
  },
};
