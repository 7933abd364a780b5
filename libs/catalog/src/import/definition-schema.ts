import { CATEGORIES, PRICE_UNITS, STATUSES, VISIBILITIES, type JsonSchema } from '../catalog.types.js';

/** What a reader adds to a definition. A definition that was read may come back as it is: these are passed over. */
export const READ_ONLY_FIELDS = ['id', 'endpoint', 'version', 'ownerId', 'createdAt', 'updatedAt'] as const;

const PART = { type: 'string', pattern: '^[a-z0-9][a-z0-9._-]{0,63}$', examples: ['upscale'] };
const text = (maxLength: number) => ({ type: 'string', pattern: '\\S', maxLength });
const orNull = (schema: object) => ({ anyOf: [schema, { type: 'null' }] });

/** The shape of a definition, field by field. */
export interface DefinitionSchema extends JsonSchema {
  title: string;
  properties: Readonly<Record<string, JsonSchema>>;
  required: readonly string[];
}

const SHARED = {
  owner: { ...PART, description: 'First half of the endpoint.', default: 'modelrunner' },
  alias: { ...PART, description: 'Second half of the endpoint.' },
  name: text(100),
  category: { enum: CATEGORIES },
  task: { ...text(100), description: 'What it does, in the words of the field, such as image-to-image.' },
  summary: { ...text(200), description: 'One line.' },
  description: { ...text(20_000), description: 'Markdown.' },
  thumbnailUrl: {
    type: ['string', 'null'],
    pattern: '^(https?://|/)\\S+$',
    maxLength: 2_048,
    description: 'An http(s) URL, or a path on this server.',
  },
  visibility: { enum: VISIBILITIES, default: 'public' },
  status: { enum: STATUSES, default: 'published' },
  inputSchema: { type: 'object', description: 'JSON Schema 2020-12 of an object.' },
  examples: {
    type: 'array',
    maxItems: 20,
    items: {
      title: 'Example',
      type: 'object',
      properties: { input: { type: 'object' }, output: { type: 'object' } },
      required: ['input', 'output'],
      additionalProperties: false,
    },
  },
};
const REQUIRED = ['alias', 'name', 'category', 'task', 'summary', 'description', 'inputSchema'];

/** What a call costs. */
export const PRICE: JsonSchema = {
  title: 'Price',
  type: 'object',
  properties: {
    unit: { enum: PRICE_UNITS },
    amountUsd: { type: 'string', pattern: '^\\d{1,8}(\\.\\d{1,6})?$', examples: ['0.0040'] },
  },
  required: ['unit', 'amountUsd'],
  additionalProperties: false,
};

/** The shape of a model definition. What it cannot say is checked after it. */
export const MODEL_DEFINITION: DefinitionSchema = {
  title: 'ModelDefinition',
  type: 'object',
  properties: {
    ...SHARED,
    outputSchema: { type: 'object', description: 'JSON Schema 2020-12 of an object.' },
    price: PRICE,
    typicalSeconds: { type: ['number', 'null'], minimum: 0, maximum: 1_000_000 },
    maxConcurrency: { type: ['integer', 'null'], minimum: 1, maximum: 10_000 },
    engine: {
      ...text(100),
      description: 'What runs it: one of the engines of this server, such as local.',
      examples: ['local'],
    },
    engineSettings: {
      type: 'object',
      description:
        'What the engine takes, and nothing else. For local: {"model": "upscale"}, the name of a local model, whose ' +
        'required inputs the inputSchema declares.',
      examples: [{ model: 'upscale' }],
    },
  },
  required: [...REQUIRED, 'outputSchema', 'price', 'engine'],
  additionalProperties: false,
};

/** The shape of a wrapper definition. */
export const WRAPPER_DEFINITION: DefinitionSchema = {
  title: 'WrapperDefinition',
  type: 'object',
  properties: {
    ...SHARED,
    promptTemplate: { type: 'string', description: 'Handlebars.' },
    templateContext: {
      type: 'object',
      properties: { maps: { type: 'object' }, constants: { type: 'object' } },
      additionalProperties: false,
    },
    baseModels: {
      type: 'array',
      minItems: 1,
      maxItems: 20,
      items: {
        title: 'BaseModel',
        type: 'object',
        properties: {
          model: { type: 'string', maxLength: 129, description: 'Endpoint of a model.' },
          promptField: orNull({ type: 'string', maxLength: 200 }),
          fieldMappings: { type: 'object' },
        },
        required: ['model'],
        additionalProperties: false,
      },
    },
    defaultBaseModel: { type: 'string', description: 'One of baseModels; default the first.' },
  },
  required: [...REQUIRED, 'baseModels'],
  additionalProperties: false,
};
