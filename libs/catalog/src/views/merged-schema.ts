import type { JsonSchema } from '../catalog.types.js';
import { allParts, isJsonObject, typesOf } from '../schema/local-ref.js';

/** Keywords where the larger value is the stricter one, and where the smaller is. */
const STRICTER_WHEN_LARGER = [
  'minimum',
  'exclusiveMinimum',
  'minLength',
  'minItems',
  'minProperties',
] as const;
const STRICTER_WHEN_SMALLER = [
  'maximum',
  'exclusiveMaximum',
  'maxLength',
  'maxItems',
  'maxProperties',
] as const;

/** What a field may be: one shape, or several of which any will do. Never empty; the first is the plainest. */
export function shapesOf(root: JsonSchema, schema: unknown): JsonSchema[] {
  const parts = allParts(root, schema);
  const whole = mergeParts(parts);
  const union = parts
    .flatMap((part) => [part.anyOf, part.oneOf])
    .find((branches) => Array.isArray(branches) && !branches.every(isRule)) as unknown[] | undefined;
  if (!union) return [whole];
  const common = withoutUnion(whole);
  const shapes = union.slice(0, MAX_BRANCHES).flatMap((branch) => withCommon(root, common, branch));
  return joinSimple(shapes);
}

const withoutUnion = (schema: JsonSchema): JsonSchema =>
  Object.fromEntries(Object.entries(schema).filter(([key]) => key !== 'anyOf' && key !== 'oneOf'));

const MAX_BRANCHES = 40;
const MAX_UNIONS_IN_UNIONS = 4;

/** A branch of a union with what holds for all of them; a union in a union becomes part of the outer one. */
function withCommon(root: JsonSchema, common: JsonSchema, branch: unknown, depth = 0): JsonSchema[] {
  const parts = allParts(root, branch);
  const inner = parts.flatMap((part) => [part.anyOf, part.oneOf]).find(Array.isArray) as
    unknown[] | undefined;
  const merged = mergeParts([common, ...parts]);
  if (!inner || inner.every(isRule) || depth >= MAX_UNIONS_IN_UNIONS) return [merged];
  const rest = withoutUnion(merged);
  return inner.slice(0, MAX_BRANCHES).flatMap((each) => withCommon(root, rest, each, depth + 1));
}

/** A branch that only says which fields must be there, or nothing that a reader could use. */
export const isRule = (branch: unknown): boolean =>
  isJsonObject(branch) && Object.keys(branch).every((key) => key === 'required' || key === 'not');

/** Null, fixed values and bare types need no list of shapes: `integer|null`, one enum, `string|number`. */
function joinSimple(shapes: JsonSchema[]): JsonSchema[] {
  const isNull = (shape: JsonSchema) => typesOf(shape).join() === 'null';
  const real = shapes.filter((shape) => !isNull(shape));
  const nullable = real.length < shapes.length;
  const [first] = real;
  if (!first) return [shapes[0] ?? {}];
  if (real.length > 1 && real.every((shape) => valuesOf(shape))) {
    const values = [...real.flatMap((shape) => valuesOf(shape) ?? []), ...(nullable ? [null] : [])];
    return [{ ...first, const: undefined, type: typesUnion(real, nullable), enum: values }];
  }
  if (real.length > 1 && real.every(isBare)) return [{ ...first, type: typesUnion(real, nullable) }];
  return nullable ? [{ ...first, type: typesUnion([first], true) }, ...real.slice(1)] : real;
}

const typesUnion = (shapes: JsonSchema[], nullable: boolean): string[] => [
  ...new Set([...shapes.flatMap(typesOf), ...(nullable ? ['null'] : [])]),
];

const WORDS = new Set(['type', 'title', 'description', 'default', 'examples']);
const isBare = (shape: JsonSchema): boolean => Object.keys(shape).every((key) => WORDS.has(key));

/** The closed list of values of a schema, if it has one. */
export function valuesOf(schema: JsonSchema): unknown[] | undefined {
  if (Array.isArray(schema.enum)) return schema.enum as unknown[];
  return 'const' in schema && schema.const !== undefined ? [schema.const] : undefined;
}

/** One schema that says what all parts say together. Words and forms are the first part's that has any. */
export function mergeParts(parts: readonly JsonSchema[]): JsonSchema {
  const merged: Record<string, unknown> = Object.assign({}, ...parts.toReversed()) as Record<string, unknown>;
  delete merged.$ref;
  delete merged.allOf;
  delete merged.nullable;
  const numbers = (key: string) =>
    parts.map((part) => part[key]).filter((value): value is number => typeof value === 'number');
  for (const key of STRICTER_WHEN_LARGER)
    if (numbers(key).length > 1) merged[key] = Math.max(...numbers(key));
  for (const key of STRICTER_WHEN_SMALLER)
    if (numbers(key).length > 1) merged[key] = Math.min(...numbers(key));
  const types = commonTypes(parts);
  if (types.length > 0) merged.type = types;
  const values = commonValues(parts);
  if (values) Object.assign(merged, { enum: values, const: undefined });
  return {
    ...merged,
    // Of one part alone the very object stays, by which a schema in itself is known.
    ...(parts.filter((part) => isJsonObject(part.properties)).length > 1 && {
      properties: mergedProperties(parts),
    }),
    ...(parts.some((part) => Array.isArray(part.required)) && { required: mergedRequired(parts) }),
  };
}

function commonTypes(parts: readonly JsonSchema[]): string[] {
  const named = parts.map(typesOf).filter((types) => types.length > 0);
  const takes = (types: string[], type: string) =>
    types.includes(type) || (type === 'integer' && types.includes('number'));
  const all = [...new Set(named.flat())].filter((type) => named.every((types) => takes(types, type)));
  return all.length > 0 ? all : (named[0] ?? []);
}

function commonValues(parts: readonly JsonSchema[]): unknown[] | undefined {
  const [first, ...others] = parts.map(valuesOf).filter((values) => values !== undefined);
  const texts = others.map((values) => new Set(values.map((value) => JSON.stringify(value))));
  return first?.filter((value) => texts.every((known) => known.has(JSON.stringify(value))));
}

/** A field that several parts declare must fit all of them. */
function mergedProperties(parts: readonly JsonSchema[]): Record<string, unknown> {
  const merged = new Map<string, unknown>();
  for (const { properties } of parts) {
    for (const [name, property] of Object.entries(isJsonObject(properties) ? properties : {}))
      merged.set(name, merged.has(name) ? { allOf: [merged.get(name), property] } : property);
  }
  return Object.fromEntries(merged);
}

const mergedRequired = (parts: readonly JsonSchema[]): string[] => [
  ...new Set(
    parts.flatMap((part) => (Array.isArray(part.required) ? (part.required as unknown[]).map(String) : [])),
  ),
];
