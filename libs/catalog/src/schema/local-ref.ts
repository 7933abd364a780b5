import type { JsonSchema } from '../catalog.types.js';

/** Longest chain of `$ref` followed; a schema that only refers to itself ends here. */
export const MAX_REF_CHAIN = 16;

/** Whether a value is a JSON object: not null, not an array. */
export const isJsonObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/**
 * Follows `$ref` into the same document (`#/$defs/Size`). Keywords beside the `$ref` apply too (2020-12 §8.2.3.1)
 * and win over the referred ones, such as a description of their own. What is no schema object becomes `{}`.
 */
export function followRef(root: JsonSchema, schema: unknown): JsonSchema {
  let current = isJsonObject(schema) ? schema : {};
  for (let step = 0; typeof current.$ref === 'string' && step < MAX_REF_CHAIN; step += 1) {
    const { $ref: reference, ...beside } = current;
    const target = atPointer(root, reference);
    current = { ...(isJsonObject(target) ? target : {}), ...beside };
  }
  return current;
}

/** The value at a JSON Pointer in a URI fragment (RFC 6901 §6), or undefined. */
export function atPointer(root: unknown, reference: string): unknown {
  if (reference === '#') return root;
  if (!reference.startsWith('#/')) return undefined;
  return reference
    .slice(2)
    .split('/')
    .map((token) => decodeURIComponent(token).replaceAll('~1', '/').replaceAll('~0', '~'))
    .reduce<unknown>((holder, key) => {
      const readable = isJsonObject(holder) || Array.isArray(holder);
      return readable && Object.hasOwn(holder, key) ? (holder as Record<string, unknown>)[key] : undefined;
    }, root);
}

/**
 * Sub-schemas that apply to the same value, `$ref` followed: the schema itself and all of `allOf`. Each stands once,
 * since saying a thing twice changes nothing, and a schema that refers to itself thrice would be a tree without end.
 */
export function allParts(root: JsonSchema, schema: unknown, seen = new Set<unknown>()): JsonSchema[] {
  if (seen.has(schema)) return [];
  seen.add(schema);
  const resolved = followRef(root, schema);
  if (!Array.isArray(resolved.allOf)) return [resolved];
  return [resolved, ...resolved.allOf.flatMap((part) => allParts(root, part, seen))];
}

/** The branches of `anyOf` and `oneOf` of one schema part, `$ref` followed. */
export function branches(root: JsonSchema, schema: JsonSchema): JsonSchema[] {
  return [schema.anyOf, schema.oneOf]
    .flatMap((union) => (Array.isArray(union) ? (union as unknown[]) : []))
    .map((branch) => followRef(root, branch));
}

/**
 * The JSON types that a schema part names itself; those of its enum or const when it names none. `nullable`, which is
 * OpenAPI's and not JSON Schema's, counts as Ajv counts it: beside a type.
 */
export function typesOf(schema: JsonSchema): string[] {
  if (typeof schema.type === 'string')
    return schema.nullable === true && schema.type !== 'null' ? [schema.type, 'null'] : [schema.type];
  if (Array.isArray(schema.type)) return schema.type as string[];
  const values = Array.isArray(schema.enum)
    ? (schema.enum as unknown[])
    : 'const' in schema
      ? [schema.const]
      : [];
  return [...new Set(values.map(typeOfValue))];
}

/** The JSON type of a value; every number is `number`. */
export function typeOfValue(value: unknown): string {
  if (value === null) return 'null';
  return Array.isArray(value) ? 'array' : typeof value;
}

/** The properties of an object schema, those of its `allOf` included. */
export function propertiesOf(root: JsonSchema, schema: unknown): Record<string, JsonSchema> {
  const parts = allParts(root, schema).map((part) => (isJsonObject(part.properties) ? part.properties : {}));
  return Object.assign(Object.create(null) as object, ...parts) as Record<string, JsonSchema>;
}
