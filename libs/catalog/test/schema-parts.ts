/** Pieces of which the schemas of the tests are made, as model authors write them. */
export type Schema = Record<string, unknown>;

export const text = (description: string, more: Schema = {}): Schema => ({
  type: 'string',
  description,
  ...more,
});
export const integer = (
  description: string,
  minimum: number,
  maximum: number,
  fallback?: number,
): Schema => ({
  type: 'integer',
  minimum,
  maximum,
  ...(fallback !== undefined && { default: fallback }),
  description,
});
export const number = (description: string, minimum: number, maximum: number, fallback?: number): Schema => ({
  ...integer(description, minimum, maximum, fallback),
  type: 'number',
});
export const flag = (description: string, fallback = false): Schema => ({
  type: 'boolean',
  default: fallback,
  description,
});
export const file = (description: string, contentMediaType: string): Schema => ({
  type: 'string',
  format: 'uri',
  contentMediaType,
  'x-max-bytes': 20 * 1024 * 1024,
  description,
});
export const choice = (description: string, values: readonly unknown[], fallback = values[0]): Schema => ({
  type: 'string',
  enum: values,
  default: fallback,
  description,
});
export const optional = (schema: Schema): Schema => ({ anyOf: [schema, { type: 'null' }], default: null });
export const object = (properties: Schema, required: string[] = [], more: Schema = {}): Schema => ({
  type: 'object',
  properties,
  required,
  additionalProperties: false,
  ...more,
});

export const FORMATS = ['png', 'jpg', 'webp'];
export const SEED = integer(
  'Random seed. Set for reproducible generation; leave it out for a random one.',
  0,
  2 ** 31 - 1,
);
export const SAMPLERS = [
  'DDIM',
  'DPMSolverMultistep',
  'HeunDiscrete',
  'K_EULER',
  'K_EULER_ANCESTRAL',
  'KarrasDPM',
  'PNDM',
];
export const RATIOS = ['1:1', '16:9', '21:9', '3:2', '2:3', '4:5', '5:4', '3:4', '4:3', '9:16', '9:21'];
