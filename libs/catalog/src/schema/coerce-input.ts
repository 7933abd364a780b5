import type { JsonSchema } from '../catalog.types.js';
import { allParts, branches, isJsonObject, propertiesOf, typeOfValue, typesOf } from './local-ref.js';

/** Deepest level of the input that is looked at; what lies below goes to the validator as it came. */
const MAX_DEPTH = 32;

/**
 * Turns what assistants send into what they mean: numbers, booleans and JSON that came as strings, and null for
 * "not given". Only where the schema leaves no doubt; a single value never becomes an array. (Ajv's own coercion
 * would also turn null into 0, `""` or false, and true into 1.)
 *
 * @param value a private copy: it is changed in place
 * @returns the value to validate
 */
export function coerceInput(root: JsonSchema, schema: unknown, value: unknown, depth = 0): unknown {
  if (depth > MAX_DEPTH) return value;
  const parts = allParts(root, schema);
  const wanted = new Set(parts.flatMap(typesOf));
  const fitting = wanted.size === 0 || fits(wanted, value) ? value : coerceValue(wanted, value);
  if (isJsonObject(fitting)) coerceProperties(root, schema, fitting, depth);
  if (Array.isArray(fitting)) coerceItems(root, parts, fitting, depth);
  return coerceUnion(root, parts, fitting, depth);
}

function fits(wanted: ReadonlySet<string>, value: unknown): boolean {
  const type = typeOfValue(value);
  return wanted.has(type) || (type === 'number' && wanted.has('integer'));
}

/** No two parts of it can take the same digits, or a long run of them would be tried in every split. */
const NUMBER = /^\s*[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?\s*$/;

function coerceValue(wanted: ReadonlySet<string>, value: unknown): unknown {
  if (typeof value === 'number' || typeof value === 'boolean')
    return wanted.has('string') ? String(value) : value;
  if (typeof value !== 'string') return value;
  if ((wanted.has('number') || wanted.has('integer')) && NUMBER.test(value)) return Number(value);
  const word = value.trim();
  if (wanted.has('boolean') && /^(true|false)$/i.test(word)) return word.toLowerCase() === 'true';
  if (wanted.has('null') && (word === '' || word === 'null')) return null;
  return parseJson(wanted, word) ?? value;
}

function parseJson(wanted: ReadonlySet<string>, text: string): unknown {
  const looksRight =
    (text.startsWith('{') && wanted.has('object')) || (text.startsWith('[') && wanted.has('array'));
  if (!looksRight) return undefined;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined; // the validator says what is wrong with it
  }
}

function coerceProperties(
  root: JsonSchema,
  schema: unknown,
  value: Record<string, unknown>,
  depth: number,
): void {
  const properties = propertiesOf(root, schema);
  for (const [name, property] of Object.entries(properties)) {
    if (!Object.hasOwn(value, name)) continue;
    if (value[name] === null && !takesNull(root, property)) delete value[name];
    else value[name] = coerceInput(root, property, value[name], depth + 1);
  }
}

function takesNull(root: JsonSchema, schema: unknown): boolean {
  return allParts(root, schema).every((part) => {
    const types = typesOf(part);
    const alternatives = branches(root, part);
    if (types.length > 0) return types.includes('null');
    return alternatives.length === 0 || alternatives.some((branch) => takesNull(root, branch));
  });
}

function coerceItems(root: JsonSchema, parts: JsonSchema[], value: unknown[], depth: number): void {
  const items = parts.map((part) => part.items).find(isJsonObject);
  if (!items) return;
  value.forEach((item, index) => {
    value[index] = coerceInput(root, items, item, depth + 1);
  });
}

function takesAsItIs(branch: JsonSchema, value: unknown): boolean {
  const listed = !Array.isArray(branch.enum) || branch.enum.includes(value);
  return listed && fits(new Set(typesOf(branch)), value);
}

/** In a union the first branch decides that takes the value's own type, else the first that it can be turned into. */
function coerceUnion(root: JsonSchema, parts: JsonSchema[], value: unknown, depth: number): unknown {
  let result = value;
  for (const part of parts) {
    const alternatives = branches(root, part);
    const own = alternatives.find((branch) => takesAsItIs(branch, result));
    const candidates = own ? [own] : alternatives;
    for (const branch of candidates) {
      const coerced = coerceInput(root, branch, result, depth + 1);
      if (coerced === result && !own) continue;
      result = coerced;
      break;
    }
  }
  return result;
}
