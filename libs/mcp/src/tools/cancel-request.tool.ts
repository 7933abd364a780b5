import { requestResult } from './request-result.js';
import { text } from './schemas.js';
import { ENDS, type Tool } from './tool.js';

interface CancelRequestArguments {
  requestId: string;
}

export const cancelRequestTool: Tool<CancelRequestArguments> = {
  name: 'cancel_request',
  title: 'Cancel request',
  description: 'Stop a request of run_model, uncharged.',
  annotations: ENDS,
  inputSchema: { type: 'object', properties: { requestId: text }, required: ['requestId'] },
  outputSchema: { type: 'object', properties: { status: text }, required: ['status'] },
  handler: async (actor, { requestId }, { services }) => ({
    structured: requestResult(await services.inference.cancel(actor, requestId)),
  }),
};
