import { endpoint } from './schemas.js';
import { READS, type Tool } from './tool.js';

interface GetModelRawSchemaArguments {
  endpoint: string;
}

export const getModelRawSchemaTool: Tool<GetModelRawSchemaArguments> = {
  name: 'get_model_raw_schema',
  title: 'Get raw schema',
  description: 'Full JSON Schema, when get_model cut something. Next: run_model.',
  annotations: READS,
  inputSchema: { type: 'object', properties: { endpoint }, required: ['endpoint'] },
  outputSchema: {
    type: 'object',
    properties: { inputSchema: { type: 'object' }, outputSchema: { type: 'object' } },
  },
  handler: async (actor, args, { services }) => ({
    structured: { ...(await services.catalog.getRawSchema(actor, args.endpoint)) },
  }),
};
