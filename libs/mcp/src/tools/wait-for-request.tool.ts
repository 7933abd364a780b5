import { requestLinks, requestResult } from './request-result.js';
import { requestOutput, text } from './schemas.js';
import { READS, type Tool } from './tool.js';

interface WaitForRequestArguments {
  requestId: string;
  timeoutSeconds: number;
  pollIntervalSeconds: number;
}

export const waitForRequestTool: Tool<WaitForRequestArguments> = {
  name: 'wait_for_request',
  title: 'Wait for request',
  description: 'Wait until a request ends; gives its output with file URLs. If timedOut, call it again.',
  annotations: READS,
  inputSchema: {
    type: 'object',
    properties: {
      requestId: text,
      timeoutSeconds: { type: 'integer', minimum: 1, maximum: 600, default: 120 },
      pollIntervalSeconds: { type: 'number', minimum: 0.5, maximum: 60, default: 2 },
    },
    required: ['requestId'],
  },
  outputSchema: {
    ...requestOutput,
    properties: { ...requestOutput.properties, timedOut: { type: 'boolean' } },
  },
  long: true,
  handler: async (actor, { requestId, ...options }, context) => {
    const request = await context.services.wait.wait(actor, requestId, {
      ...options,
      signal: context.signal,
      onProgress: (progress) => context.report(progress),
    });
    const { timedOut, estimatedSecondsLeft, message } = request;
    return {
      structured: { ...requestResult(request), timedOut, estimatedSecondsLeft, message },
      links: requestLinks(request),
    };
  },
};
