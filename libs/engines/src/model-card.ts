/** A JSON Schema (draft 2020-12) object, as the catalogue validates with it. */
export interface JsonSchema {
  type?: string | string[];
  title?: string;
  description?: string;
  format?: string;
  /** Media type of the file behind a `format: uri` string, `image/*` allowed (RFC 2046 with a wildcard). */
  contentMediaType?: string;
  /** Largest file that the model takes behind this URL, in bytes. */
  'x-max-bytes'?: number;
  enum?: readonly unknown[];
  const?: unknown;
  default?: unknown;
  examples?: readonly unknown[];
  minimum?: number;
  maximum?: number;
  exclusiveMinimum?: number;
  multipleOf?: number;
  minLength?: number;
  maxLength?: number;
  pattern?: string;
  items?: JsonSchema;
  minItems?: number;
  maxItems?: number;
  properties?: Record<string, JsonSchema>;
  required?: readonly string[];
  additionalProperties?: boolean | JsonSchema;
}

/** A category of the catalogue. */
export type ModelCategory = 'image' | 'video' | 'utility';

/** One worked example: what was asked and what this server answered. */
export interface ModelExample {
  /** Valid input. Files stand as `asset:` names (see {@link ModelCard}). */
  input: Record<string, unknown>;
  /** The output that the model really gave for it, files again as `asset:` names. */
  output: Record<string, unknown>;
}

/**
 * The card of a local model: everything the catalogue shows of it. A card holds data only, so that the api and
 * the seed can read it without loading the model.
 *
 * Files in examples are written as `asset:<name>`, where the name is either `samples/<file>` (the folder
 * `samples/` of the repository) or `local/<alias>/<file>` (the model's own folder). The seed stores each such file
 * and puts its public URL in the place of the name; `resolveAsset` finds the file on disk.
 */
export interface ModelCard {
  /** Folder name and second half of the endpoint: `modelrunner/<alias>`. */
  alias: string;
  name: string;
  category: ModelCategory;
  /** The task in the field's usual words, such as `image-super-resolution`. */
  task: string;
  /** One line, at most 100 characters. */
  summary: string;
  /** What it does, how, and what it cannot do. */
  description: string;
  inputSchema: JsonSchema;
  outputSchema: JsonSchema;
  price: { unit: 'request' | 'second' | 'output' | 'megapixel'; amountUsd: string };
  examples: ModelExample[];
  /** Seconds that the first example takes on two CPU cores, model loading not included. */
  typicalSeconds: number;
  /** File name of a picture in the model's folder: 320 px wide, at most 40 kB. */
  thumbnail?: string;
}
