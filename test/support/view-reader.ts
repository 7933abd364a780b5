/**
 * A caller that knows of an endpoint what get_model or get_wrapper says and nothing else, as a language model does.
 * It has none of the server's code, so that both cannot be wrong in the same way.
 */
export interface FieldShown {
  name?: string;
  type: string;
  required?: boolean;
  fields?: FieldShown[];
  items?: FieldShown | FieldShown[];
  or?: FieldShown[];
  rules?: string[];
  enum?: unknown[];
  default?: unknown;
  format?: string;
  pattern?: string;
  keyPattern?: string;
  [keyword: string]: unknown;
}

export interface ViewShown {
  inputs: FieldShown[];
  rules?: string[];
}

/** `minimal`: the required fields. The others give every field: as suggested, or at the ends of what is allowed. */
export type Manner = 'minimal' | 'suggested' | 'lowest' | 'highest';
export const MANNERS: readonly Manner[] = ['minimal', 'suggested', 'lowest', 'highest'];

type Values = Record<string, unknown>;

/** @param form which form a field takes that has several, counted round */
export function inputFrom(view: ViewShown, manner: Manner, form = 0): Values {
  outerFields.clear();
  outerFields.set('the input', view.inputs);
  return objectFrom(view.inputs, view.rules ?? [], manner, form);
}

function objectFrom(fields: FieldShown[], rules: string[], manner: Manner, form: number): Values {
  const given = new Map<string, unknown>();
  const make = (name: string) => {
    const field = fields.find((each) => each.name === name);
    if (!field) throw new Error(`no field ${name} is shown`);
    return valueFrom(field, manner, form);
  };
  for (const field of fields) {
    if (field.required || manner !== 'minimal') given.set(field.name as string, make(field.name as string));
  }
  for (const rule of rules) follow(rule, given, make, form);
  return Object.fromEntries(given);
}

function follow(rule: string, given: Map<string, unknown>, make: (name: string) => unknown, form: number) {
  const oneOf = /^(at least|exactly) one of: (.*)$/.exec(rule);
  const needs = /^(?:(when|unless) (.*): )?(?:(\w+) )?needs (.*)$/.exec(rule);
  const apart = /^not together: (.*)$/.exec(rule);
  const parse = (set: string) => set.split('+').map((item) => item.split('=') as [string, string?]);
  const put = ([name, value]: [string, string?]) => {
    if (value !== undefined) given.set(name, JSON.parse(value));
    else if (!given.has(name)) given.set(name, make(name));
  };
  if (oneOf) {
    const sets = (oneOf[2] as string).split(' | ').map(parse);
    const chosen = sets[form % sets.length] as [string, string?][];
    const wanted = new Set(chosen.map(([name]) => name));
    if (oneOf[1] === 'exactly') {
      for (const [name] of sets.flat()) if (!wanted.has(name)) given.delete(name);
    }
    chosen.forEach(put);
  } else if (needs) {
    const [, when, condition = '', field, names = ''] = needs;
    const holds = ([name, value]: [string, string?]) =>
      value === undefined ? given.has(name) : given.has(name) && JSON.stringify(given.get(name)) === value;
    const applies = field ? given.has(field) : parse(condition).every(holds) === (when === 'when');
    if (applies) names.split(', ').forEach((name) => put([name]));
  } else if (apart) {
    const names = (apart[1] as string).split('+');
    if (names.every((name) => given.has(name))) given.delete(names.at(-1) as string);
  } else throw new Error(`a rule that cannot be read: ${rule}`);
}

function valueFrom(field: FieldShown, manner: Manner, form: number): unknown {
  const { or = [], ...own } = field;
  const forms = [own, ...or];
  const shape = forms[form % forms.length] as FieldShown;
  if (manner === 'suggested' && shape.default !== undefined && shape.default !== null) return shape.default;
  return ofType(shape, manner, form);
}

function ofType(shape: FieldShown, manner: Manner, form: number): unknown {
  const [type = 'any'] = shape.type.split('|');
  const [holder, inner] = shape.type.split(' of ');
  if (holder?.startsWith('array')) return arrayFrom(shape, inner, manner, form);
  if (shape.enum) return manner === 'highest' ? shape.enum.at(-1) : shape.enum[0];
  if (holder?.startsWith('object')) return mapOrObject(shape, inner, manner, form);
  if (type === 'integer' || type === 'number') return numberFrom(shape, type, manner);
  if (type === 'boolean') return manner !== 'lowest';
  if (type === 'null') return null;
  return textFrom(shape, manner);
}

const without = (shape: FieldShown, keys: string[]): FieldShown =>
  Object.fromEntries(Object.entries(shape).filter(([key]) => !keys.includes(key))) as unknown as FieldShown;

const num = (shape: FieldShown, key: string): number | undefined => shape[key] as number | undefined;

function numberFrom(shape: FieldShown, type: string, manner: Manner): number {
  const step = num(shape, 'multipleOf') ?? (type === 'integer' ? 1 : 0.001);
  const above = num(shape, 'exclusiveMinimum');
  const below = num(shape, 'exclusiveMaximum');
  const least = num(shape, 'minimum') ?? (above === undefined ? undefined : above + step);
  const most = num(shape, 'maximum') ?? (below === undefined ? undefined : below - step);
  // Where no bound is shown there is none: a view that hides one is found out.
  const ends = { lowest: least ?? -1000 * step, highest: most ?? 1_000_000 * step };
  const wanted = manner === 'lowest' || manner === 'highest' ? ends[manner] : (least ?? most ?? 7);
  if (num(shape, 'multipleOf') === undefined) return wanted;
  return manner === 'highest' && most !== undefined
    ? Math.floor(wanted / step) * step
    : Math.ceil(wanted / step) * step;
}

const BY_FORMAT: Record<string, string> = {
  uri: 'https://example.com/file.bin',
  date: '2026-02-03',
  'date-time': '2026-02-03T04:05:06Z',
  uuid: '123e4567-e89b-42d3-a456-426614174000',
  email: 'ada@example.com',
};
const TEXTS = ['en', 'en-US', 'abc', '#A1B2C3', 'some-owner/some-name', '16:9', '2026', 'a1', 'transparent'];

function textFrom(shape: FieldShown, manner: Manner, index = 0): string {
  const made = shape.format === undefined ? undefined : BY_FORMAT[shape.format];
  if (made !== undefined)
    return shape.format === 'uuid'
      ? made.replace(/0$/, String(index))
      : shape.format === 'uri'
        ? `${made}?${index}`
        : made;
  if (shape.pattern !== undefined) {
    const fits = TEXTS.find((text) => new RegExp(shape.pattern as string, 'u').test(text));
    if (fits === undefined) throw new Error(`no text for ${shape.pattern}`);
    return fits;
  }
  const least = num(shape, 'minLength') ?? 0;
  const most = Math.min(num(shape, 'maxLength') ?? 60, 10_000);
  return (
    'x'.repeat(
      manner === 'highest' ? most : manner === 'lowest' ? least : Math.max(least, Math.min(most, 5)),
    ) + (index || '')
  );
}

function arrayFrom(shape: FieldShown, inner: string | undefined, manner: Manner, form: number): unknown[] {
  if (Array.isArray(shape.items)) return shape.items.map((item) => valueFrom(item, manner, form));
  const least = num(shape, 'minItems') ?? 0;
  const most = num(shape, 'maxItems') ?? Math.max(least, 12);
  const length =
    manner === 'highest' ? Math.min(most, 40) : Math.max(least, manner === 'minimal' ? 0 : Math.min(1, most));
  const rest = without(shape, ['default', 'minItems', 'maxItems']);
  const item: FieldShown = shape.items ?? { ...rest, type: inner ?? 'string' };
  return Array.from({ length }, (_, index) => {
    if (item.enum) return item.enum[index % item.enum.length];
    if (item.type.startsWith('string')) return textFrom(item, manner, index);
    return valueFrom(item, manner, form + index);
  });
}

/** Of an object in itself only the required fields, or it would have no end. */
function fieldsOf(shape: FieldShown, manner: Manner, form: number): Values {
  const [, outer] = /Fields as in ([^.]+)\./.exec(String(shape.description)) ?? [];
  if (outer !== undefined) {
    const known = outerFields.get(outer);
    if (!known) throw new Error(`no fields of ${outer} were shown`);
    return objectFrom(known, [], 'minimal', form);
  }
  if (shape.fields && shape.name) outerFields.set(shape.name, shape.fields);
  return objectFrom(shape.fields ?? [], shape.rules ?? [], manner, form);
}

const outerFields = new Map<string, FieldShown[]>();

function mapOrObject(shape: FieldShown, inner: string | undefined, manner: Manner, form: number): Values {
  if (inner === undefined) return fieldsOf(shape, manner, form);
  const key =
    shape.keyPattern === undefined
      ? 'Any key 1'
      : textFrom({ type: 'string', pattern: shape.keyPattern }, manner);
  const rest = without(shape, ['keyPattern']);
  return { [key]: ofType({ ...rest, type: inner }, manner, form) };
}
