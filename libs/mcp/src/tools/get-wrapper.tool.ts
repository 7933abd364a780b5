import { endpoint, viewOutput } from './schemas.js';
import { READS, type Tool } from './tool.js';

interface GetWrapperArguments {
  endpoint: string;
}

export const getWrapperTool: Tool<GetWrapperArguments> = {
  name: 'get_wrapper',
  title: 'Get wrapper',
  description: "A wrapper's inputs, prompt template and base models. Call it before run_model.",
  annotations: READS,
  inputSchema: { type: 'object', properties: { endpoint }, required: ['endpoint'] },
  outputSchema: viewOutput,
  handler: async (actor, args, { services }) => ({
    structured: { ...(await services.catalog.getWrapper(actor, args.endpoint)) },
  }),
};
