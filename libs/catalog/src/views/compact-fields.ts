import type { JsonSchema } from '../catalog.types.js';
import { isFileSchema } from '../schema/file-urls.js';
import { isJsonObject, typesOf } from '../schema/local-ref.js';
import type { CompactField, CompactShape } from './compact-field.types.js';
import { DETAILS, type Detail } from './detail.js';
import { shapesOf, valuesOf } from './merged-schema.js';
import { rulesOf } from './schema-rules.js';
import { shortText } from './short-text.js';

const SHAPE_KEYS = [
  'default',
  'minItems',
  'maxItems',
  'uniqueItems',
  'minProperties',
  'maxProperties',
] as const;
const VALUE_KEYS = [
  'minimum',
  'maximum',
  'exclusiveMinimum',
  'exclusiveMaximum',
  'multipleOf',
  'minLength',
  'maxLength',
  'pattern',
  'format',
] as const;
const MEBIBYTE = 1024 * 1024;
const MAX_FORMS = 6;
/** Required fields are followed this deep, whatever the detail. */
const MAX_DEPTH = 6;
/** Fields of all levels in one view; deeper levels are left out when there are more. */
const MAX_FIELDS = 300;
const MAX_DEFAULT = 200;
const MAX_ENUM_TEXT = 800;
const MAX_PATTERN = 200;

/** The fields of an input schema, the required ones first, otherwise in the schema's own order. */
export function compactFields(schema: JsonSchema, detail: Detail = DETAILS[0] as Detail): CompactField[] {
  return new Compactor(schema, detail).fields(mergeTop(schema), 0);
}

/** An output schema as a map: field → type, format and meaning. */
export function compactOutput(
  schema: JsonSchema,
  detail: Detail = DETAILS[0] as Detail,
): Record<string, CompactShape> {
  const fields = compactFields(schema, { ...detail, description: detail.outputDescription });
  return Object.fromEntries(fields.map(({ name, required: _required, ...field }) => [name, field]));
}

/** The rules that the fields of an input schema must fulfil together, as short sentences. */
export const compactRules = (schema: JsonSchema): string[] => rulesOf(schema, schema);

/** Top-level forms share one list of fields: those of every form, with the rules about what goes with what. */
function mergeTop(root: JsonSchema): JsonSchema {
  const shapes = shapesOf(root, root);
  const [first = {}] = shapes;
  if (shapes.length === 1) return first;
  const names = [...new Set(shapes.flatMap((shape) => Object.keys(shape.properties ?? {})))];
  const properties = names.map((name) => {
    const variants = shapes.flatMap((shape) => {
      const own = shape.properties as Record<string, unknown> | undefined;
      return own && Object.hasOwn(own, name) ? [own[name]] : [];
    });
    const distinct = [...new Map(variants.map((variant) => [JSON.stringify(variant), variant])).values()];
    return [name, distinct.length === 1 ? distinct[0] : { anyOf: distinct }];
  });
  const always = names.filter((name) =>
    shapes.every((shape) => Array.isArray(shape.required) && shape.required.includes(name)),
  );
  return { ...first, properties: Object.fromEntries(properties) as object, required: always };
}

class Compactor {
  private count = 0;
  /** The objects that stand around the current field, so that one in itself is not written out again. */
  private readonly around: { properties: unknown; name: string }[] = [];

  constructor(
    private readonly root: JsonSchema,
    private readonly detail: Detail,
  ) {}

  fields(schema: JsonSchema, depth: number, name = 'the input'): CompactField[] {
    const required = new Set(Array.isArray(schema.required) ? (schema.required as unknown[]) : []);
    const properties = Object.entries(isJsonObject(schema.properties) ? schema.properties : {});
    const isShown = (field: string) => depth <= this.detail.nesting || required.has(field);
    this.around.push({ properties: schema.properties, name });
    const fields = properties
      .filter(([field, property]) => property !== false && isShown(field))
      .map(([field, property]) => this.field(field, property, required.has(field), depth));
    this.around.pop();
    return [...fields.filter((field) => field.required), ...fields.filter((field) => !field.required)];
  }

  private field(name: string, property: unknown, required: boolean, depth: number): CompactField {
    this.count += 1;
    const { type, ...shape } = this.shape(property, depth, name);
    return { name, type, ...((required || !this.detail.terse) && { required }), ...shape };
  }

  private shape(property: unknown, depth: number, name: string): CompactShape {
    const [first = {}, ...others] = shapesOf(this.root, property);
    const shown = others.slice(0, MAX_FORMS - 1).map((other) => this.oneShape(other, depth, name, true));
    const own = this.oneShape(first, depth, name);
    const missing = others.length - shown.length;
    const note = missing > 0 ? `${missing} more forms: get_model_raw_schema.` : '';
    const description = [own.description, note].filter(Boolean).join(' ');
    return {
      ...own,
      ...((description || own.description !== undefined) && { description }),
      ...(shown.length > 0 && { or: shown }),
    };
  }

  /** @param isOther one of several forms, which says nothing that the first one said */
  private oneShape(schema: JsonSchema, depth: number, name: string, isOther = false): CompactShape {
    const [inner] = innerOf(schema).map((items) => shapesOf(this.root, items));
    const items = inner?.[0];
    const isNested = items !== undefined && typesOf(items).includes('array');
    const value = items && !isNested ? items : schema;
    const nested = this.nestedFields(value, depth, name);
    const values = valuesOf(schema) ?? (isNested ? undefined : items && valuesOf(items));
    const description = isOther ? '' : this.describe(schema, value, values, nested);
    return {
      type: typeText(schema, items),
      ...this.constraints(schema, value, isOther),
      ...(values && { enum: this.cutValues(values) }),
      ...(nested.fields.length > 0 && { fields: nested.fields }),
      ...rules(this.root, value),
      ...this.innerShapes(schema, inner ?? [], depth, name),
      ...((description || (!this.detail.terse && !isOther)) && { description }),
    };
  }

  private constraints(schema: JsonSchema, value: JsonSchema, isOther: boolean): Partial<CompactShape> {
    const { default: fallback } = schema;
    const says = (key: string, said: unknown) =>
      said !== undefined &&
      !(key === 'default' && (isOther || JSON.stringify(fallback).length > MAX_DEFAULT)) &&
      !(key === 'default' && this.detail.terse && fallback === null) &&
      !(key === 'pattern' && JSON.stringify(said).length > MAX_PATTERN) &&
      !(key === 'uniqueItems' && said !== true);
    const names = isJsonObject(schema.propertyNames) ? schema.propertyNames.pattern : undefined;
    const [pattern] = isJsonObject(schema.patternProperties) ? Object.keys(schema.patternProperties) : [];
    const keyPattern = names ?? pattern;
    return Object.fromEntries([
      ...SHAPE_KEYS.map((key) => [key, schema[key]] as const).filter(([key, said]) => says(key, said)),
      ...VALUE_KEYS.map((key) => [key, value[key]] as const).filter(([key, said]) => says(key, said)),
      ...(keyPattern === undefined ? [] : [['keyPattern', keyPattern] as const]),
    ]);
  }

  private nestedFields(
    schema: JsonSchema,
    depth: number,
    name: string,
  ): { fields: CompactField[]; note: string } {
    if (!isJsonObject(schema.properties)) return { fields: [], note: '' };
    const same = this.around.find(({ properties }) => properties === schema.properties);
    if (same) return { fields: [], note: `Fields as in ${same.name}.` };
    if (depth >= MAX_DEPTH || this.count > MAX_FIELDS)
      return { fields: [], note: 'Fields: get_model_raw_schema.' };
    const fields = this.fields(schema, depth + 1, name);
    const hidden = Object.keys(schema.properties).length - fields.length;
    return { fields, note: hidden > 0 ? `${hidden} more optional fields: get_model_raw_schema.` : '' };
  }

  /** Of what is in an array of arrays, in a tuple, and the other forms of an array's items. */
  private innerShapes(
    schema: JsonSchema,
    inner: JsonSchema[],
    depth: number,
    name: string,
  ): { items?: CompactShape | CompactShape[] } {
    if (depth >= MAX_DEPTH) return {};
    if (Array.isArray(schema.prefixItems)) {
      return { items: schema.prefixItems.slice(0, 10).map((item) => this.shape(item, depth + 1, name)) };
    }
    const [first, ...others] = inner;
    const isNested = first !== undefined && typesOf(first).includes('array');
    if (!isNested && others.length === 0) return {};
    const [source] = innerOf(schema);
    return { items: this.shape(source, depth + 1, name) };
  }

  private cutValues(values: readonly unknown[]): unknown[] {
    let room = MAX_ENUM_TEXT;
    const shown = values.slice(0, this.detail.enum).filter((value, index) => {
      room -= JSON.stringify(value).length;
      return index === 0 || room > 0;
    });
    return shown;
  }

  private describe(
    schema: JsonSchema,
    value: JsonSchema,
    values: unknown[] | undefined,
    nested: { note: string },
  ): string {
    const own = [schema.description, schema.title, value.description].find(
      (text) => typeof text === 'string',
    );
    const shown = values ? this.cutValues(values).length : 0;
    const pointer = this.detail.terse ? 'shown.' : 'values shown; get_model_raw_schema has all.';
    const isLong = (key: 'pattern') =>
      typeof value[key] === 'string' && JSON.stringify(value[key]).length > MAX_PATTERN;
    return [
      shortText(own ?? '', this.detail.description),
      isFileSchema(value) ? fileNote(value) : '',
      values && shown < values.length ? `${shown} of ${values.length} ${pointer}` : '',
      isLong('pattern') ? 'Pattern: get_model_raw_schema.' : '',
      nested.note,
    ]
      .filter(Boolean)
      .join(' ');
  }
}

function rules(root: JsonSchema, schema: JsonSchema): { rules?: string[] } {
  const found = rulesOf(root, schema);
  return found.length > 0 ? { rules: found } : {};
}

/** What an array or an object with any names holds. */
function innerOf(schema: JsonSchema): JsonSchema[] {
  if (isJsonObject(schema.properties)) return [];
  const [pattern] = isJsonObject(schema.patternProperties) ? Object.values(schema.patternProperties) : [];
  return [schema.items, schema.additionalProperties, pattern].filter(isJsonObject).slice(0, 1);
}

function typeText(schema: JsonSchema, items: JsonSchema | undefined): string {
  const types = typesOf(schema);
  const text = types.length ? types.join('|') : 'any';
  const itemTypes = items ? typesOf(items) : [];
  if (itemTypes.length === 0) return text;
  return text.replace(/array|object/, (holder) => `${holder} of ${itemTypes.join('|')}`);
}

/** Says what the schema's keywords say, for a reader that knows words better than keywords. */
function fileNote(schema: JsonSchema): string {
  const { contentMediaType, 'x-max-bytes': limit } = schema;
  if (typeof contentMediaType !== 'string') return '';
  const size = typeof limit === 'number' ? `, at most ${Math.floor(limit / MEBIBYTE)} MiB` : '';
  return `File URL (${contentMediaType}${size}).`;
}
