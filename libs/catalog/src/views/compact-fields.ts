import type { JsonSchema } from '../catalog.types.js';
import { isFileSchema } from '../schema/file-urls.js';
import { allParts, branches, isJsonObject, propertiesOf, typesOf } from '../schema/local-ref.js';

/** One field of an endpoint as a language model needs it: small, flat, with the meaning in words. */
export interface CompactField {
  name: string;
  /** JSON type or types, for example `string`, `number|null`, `array of string`. */
  type: string;
  required: boolean;
  default?: unknown;
  /** At most 20 values; the description tells how many there are. */
  enum?: unknown[];
  minimum?: number;
  maximum?: number;
  minLength?: number;
  maxLength?: number;
  minItems?: number;
  maxItems?: number;
  pattern?: string;
  format?: string;
  description: string;
  /** Fields of an object, or of the objects in an array. */
  fields?: CompactField[];
}

const MAX_ENUM = 20;
const MAX_NESTING = 3;
const MAX_DESCRIPTION = 400;
const COPIED = [
  'default',
  'minimum',
  'maximum',
  'minLength',
  'maxLength',
  'minItems',
  'maxItems',
  'pattern',
  'format',
] as const;
const MEBIBYTE = 1024 * 1024;

/** The fields of an input schema, the required ones first, otherwise in the schema's own order. */
export function compactFields(schema: JsonSchema): CompactField[] {
  return fieldsOf(schema, schema, 0);
}

function fieldsOf(root: JsonSchema, schema: unknown, depth: number): CompactField[] {
  const required = new Set(
    allParts(root, schema).flatMap((part) =>
      Array.isArray(part.required) ? (part.required as string[]) : [],
    ),
  );
  const fields = Object.entries(propertiesOf(root, schema)).map(([name, property]) =>
    compactField(root, name, property, required.has(name), depth),
  );
  return [...fields.filter((field) => field.required), ...fields.filter((field) => !field.required)];
}

function compactField(
  root: JsonSchema,
  name: string,
  property: unknown,
  required: boolean,
  depth: number,
): CompactField {
  const schema = flatten(root, property);
  const items = isJsonObject(schema.items) ? flatten(root, schema.items) : undefined;
  const details = items && !('properties' in schema) ? items : schema;
  const nested = depth < MAX_NESTING ? fieldsOf(root, details, depth + 1) : [];
  const values = enumOf(schema) ?? (items && enumOf(items));
  const copied = Object.fromEntries(
    COPIED.filter((key) => schema[key] !== undefined).map((key) => [key, schema[key]]),
  );
  return {
    name,
    type: typeText(schema, items),
    required,
    ...copied,
    ...(items?.format !== undefined && { format: items.format as string }),
    ...(values && { enum: values.slice(0, MAX_ENUM) }),
    description: describe(schema, items, values),
    ...(nested.length > 0 && { fields: nested }),
  };
}

/**
 * One schema out of `$ref`, `allOf` and unions. Where branches of a union differ the first that says something wins:
 * it is a summary, the raw schema has the rest.
 */
function flatten(root: JsonSchema, property: unknown): JsonSchema {
  const parts = allParts(root, property);
  const alternatives = parts
    .flatMap((part) => branches(root, part))
    .flatMap((branch) => allParts(root, branch));
  const types = [
    ...new Set((parts.some((part) => typesOf(part).length) ? parts : alternatives).flatMap(typesOf)),
  ];
  const enums = alternatives.filter((branch) => Array.isArray(branch.enum) || 'const' in branch);
  const merged = Object.assign({}, ...[...parts, ...alternatives].toReversed()) as JsonSchema;
  const description = [...parts, ...alternatives].find(
    (part) => typeof part.description === 'string',
  )?.description;
  return {
    ...merged,
    type: types,
    ...(description !== undefined && { description }),
    ...(enums.length > 1 && { enum: enums.flatMap((branch) => enumOf(branch) ?? []) }),
  };
}

function enumOf(schema: JsonSchema): unknown[] | undefined {
  if (Array.isArray(schema.enum)) return schema.enum as unknown[];
  return 'const' in schema ? [schema.const] : undefined;
}

function typeText(schema: JsonSchema, items: JsonSchema | undefined): string {
  const types = typesOf(schema);
  const text = types.length ? types.join('|') : 'any';
  const itemTypes = items ? typesOf(items) : [];
  return types.includes('array') && itemTypes.length
    ? text.replace('array', `array of ${itemTypes.join('|')}`)
    : text;
}

function describe(schema: JsonSchema, items: JsonSchema | undefined, values: unknown[] | undefined): string {
  const own =
    [schema.description, schema.title, items?.description].find((text) => typeof text === 'string')?.trim() ??
    '';
  const text = own.length > MAX_DESCRIPTION ? `${own.slice(0, MAX_DESCRIPTION - 1).trimEnd()}…` : own;
  const file = isFileSchema(schema) ? schema : items && isFileSchema(items) ? items : undefined;
  const notes = [
    ...(file ? [fileNote(file)] : []),
    ...(values && values.length > MAX_ENUM
      ? [`${MAX_ENUM} of ${values.length} values shown; get_model_raw_schema has all.`]
      : []),
  ];
  return [text, ...notes].filter(Boolean).join(' ');
}

/** Says what the schema's keywords say, for a reader that knows words better than keywords. */
function fileNote(schema: JsonSchema): string {
  const { contentMediaType, 'x-max-bytes': limit } = schema;
  if (typeof contentMediaType !== 'string') return '';
  const size = typeof limit === 'number' ? `, at most ${Math.floor(limit / MEBIBYTE)} MiB` : '';
  return `File URL (${contentMediaType}${size}).`;
}

/** An output schema as a map: field → type, format and meaning. */
export function compactOutput(schema: JsonSchema): Record<string, Omit<CompactField, 'name' | 'required'>> {
  return Object.fromEntries(
    compactFields(schema).map(({ name, required: _required, ...field }) => [name, field]),
  );
}
