import { endpoint, text } from './schemas.js';
import { ADDS, type Tool } from './tool.js';

interface RunModelArguments {
  endpoint: string;
  input: Record<string, unknown>;
  metadata?: Record<string, string>;
  idempotencyKey?: string;
  priority?: number;
}

export const runModelTool: Tool<RunModelArguments> = {
  name: 'run_model',
  title: 'Run model',
  description:
    'Start a model or wrapper; returns at once. Files in input must be URLs (upload_file). Next: wait_for_request.',
  annotations: { ...ADDS, openWorldHint: true },
  inputSchema: {
    type: 'object',
    properties: {
      endpoint,
      input: { type: 'object', description: 'as get_model lists' },
      metadata: { type: 'object', additionalProperties: text },
      idempotencyKey: { type: 'string', description: 'makes a retry safe' },
      priority: { type: 'integer', description: 'among yours' },
    },
    required: ['endpoint', 'input'],
  },
  outputSchema: {
    type: 'object',
    properties: { requestId: text, status: text },
    required: ['requestId', 'status'],
  },
  handler: async (actor, args, { services }) => ({
    structured: { ...(await services.submissions.submit(actor, args)) },
  }),
};
