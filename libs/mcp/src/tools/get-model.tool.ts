import { endpoint, viewOutput } from './schemas.js';
import { READS, type Tool } from './tool.js';

interface GetModelArguments {
  endpoint: string;
}

export const getModelTool: Tool<GetModelArguments> = {
  name: 'get_model',
  title: 'Get model',
  description: "A model's inputs, price and examples. Call it before run_model.",
  annotations: READS,
  inputSchema: { type: 'object', properties: { endpoint }, required: ['endpoint'] },
  outputSchema: viewOutput,
  handler: async (actor, args, { services }) => ({
    structured: { ...(await services.catalog.getModel(actor, args.endpoint)) },
  }),
};
