import type { JsonObject, JsonSchema } from '../catalog.types.js';
import { allParts, branches, isJsonObject, propertiesOf } from './local-ref.js';

/** One URL in an input that stands for a file, and what the model takes there. */
export interface InputFileUrl {
  /** Where it stands, for example `images.0`. */
  path: string;
  url: string;
  /** Media type that the model accepts, with a wildcard perhaps (`image/*`); undefined: any. */
  accept?: string;
  /** Largest file that the model accepts, in bytes (schema keyword `x-max-bytes`). */
  maxBytes?: number;
}

const MAX_DEPTH = 16;

/** A file in an input schema is a URI; `contentMediaType` says which files fit (2020-12 Validation §8.4). */
export function isFileSchema(schema: JsonSchema): boolean {
  return schema.format === 'uri' || schema.format === 'url';
}

/** Finds every file URL in a valid input: in fields, arrays, nested objects, and behind `$ref`, `allOf` and unions. */
export function collectFileUrls(schema: JsonSchema, input: JsonObject): InputFileUrl[] {
  return [...walk(schema, schema, input, '', 0)];
}

function* walk(
  root: JsonSchema,
  schema: unknown,
  value: unknown,
  path: string,
  depth: number,
): Generator<InputFileUrl> {
  if (depth > MAX_DEPTH) return;
  const parts = allParts(root, schema);
  const alternatives = parts
    .flatMap((part) => branches(root, part))
    .flatMap((branch) => allParts(root, branch));
  const candidates = [...parts, ...alternatives];
  if (typeof value === 'string') {
    const file = candidates.find(isFileSchema);
    if (file) yield describe(file, value, path);
  } else if (Array.isArray(value)) {
    const items = candidates.map((part) => part.items).find(isJsonObject);
    if (items)
      for (const [index, item] of value.entries())
        yield* walk(root, items, item, join(path, index), depth + 1);
  } else if (isJsonObject(value)) {
    const properties = new Map(candidates.flatMap((part) => Object.entries(propertiesOf(root, part))));
    for (const [name, property] of properties) {
      if (Object.hasOwn(value, name)) yield* walk(root, property, value[name], join(path, name), depth + 1);
    }
  }
}

function describe(schema: JsonSchema, url: string, path: string): InputFileUrl {
  const { contentMediaType: accept, 'x-max-bytes': limit } = schema;
  return {
    path,
    url,
    ...(typeof accept === 'string' && accept !== '*/*' && { accept }),
    ...(typeof limit === 'number' && { maxBytes: limit }),
  };
}

const join = (path: string, key: string | number): string => (path ? `${path}.${key}` : String(key));
