import { Ajv, type ErrorObject } from 'ajv';
import { AppError, type FieldError } from '#libs/errors';
import type { PropertySchema, Tool } from './tools/tool.js';

/** Turns what a client sent into the arguments of one tool. @throws AppError invalid_request, naming every field */
export type ArgumentCheck = (given: Record<string, unknown>) => Record<string, unknown>;

const ajv = new Ajv({ allErrors: true, useDefaults: true, verbose: true, strict: false });

/** More than any model's input has. */
const MOST_LEVELS = 100;

/** Compiles the check of a tool's arguments once, at start. */
export function compileArgumentCheck({
  name,
  inputSchema,
}: Pick<Tool, 'name' | 'inputSchema'>): ArgumentCheck {
  const validate = ajv.compile(inputSchema);
  const properties = inputSchema.properties ?? {};
  const required = inputSchema.required ?? [];
  return (given) => {
    const args = coerce(given, properties, required);
    const fits = validate(args);
    const errors = [
      ...unknownArguments(args, properties),
      ...(fits ? [] : (validate.errors ?? []).map(fieldError)),
      ...tooDeep(args),
    ];
    if (errors.length === 0) return args;
    throw new AppError('invalid_request', `The arguments of ${name} do not fit.`, {
      validationErrors: errors,
      nextStep: `Call ${name} again with ${listed(Object.keys(properties))} as its schema says.`,
    });
  };
}

/**
 * Clients send numbers and booleans as strings, objects as JSON strings, and null for what they leave out; for an
 * optional text also an empty one. What cannot be read as the wanted type stays as it is, for the check to name.
 */
function coerce(
  given: Record<string, unknown>,
  properties: Record<string, PropertySchema>,
  required: readonly string[],
) {
  const args: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(given)) {
    const schema = Object.hasOwn(properties, name) ? properties[name] : undefined;
    const isLeftOut =
      value === null || (value === '' && schema?.type === 'string' && !required.includes(name));
    if (!isLeftOut) args[name] = coerceValue(value, schema);
  }
  return args;
}

function coerceValue(value: unknown, schema: PropertySchema | undefined): unknown {
  if (schema?.type === 'string')
    return typeof value === 'number' || typeof value === 'boolean' ? String(value) : value;
  if (typeof value !== 'string') return value;
  const text = value.trim();
  if (schema?.type === 'integer' || schema?.type === 'number') {
    return text !== '' && Number.isFinite(Number(text)) ? Number(text) : value;
  }
  if (schema?.type === 'boolean') return text === 'true' ? true : text === 'false' ? false : value;
  if (schema?.type === 'object') return parseObject(text) ?? value;
  return value;
}

/** `__proto__` is refused as it is in the body itself: copied onto another object it would change its prototype. */
function parseObject(text: string): unknown {
  if (!text.startsWith('{')) return undefined;
  try {
    return JSON.parse(text, (key, value: unknown) => {
      if (key === '__proto__') throw new SyntaxError('forbidden key');
      return value;
    });
  } catch {
    return undefined;
  }
}

/** Refused rather than dropped: a misspelt `timeout` would otherwise look as if it had been obeyed. */
function unknownArguments(
  args: Record<string, unknown>,
  properties: Record<string, PropertySchema>,
): FieldError[] {
  const unknown = Object.keys(args).filter((name) => !Object.hasOwn(properties, name));
  return unknown.map((path) => ({ path: path.slice(0, 64), message: 'is not an argument of this tool' }));
}

/** What is nested thousands of levels deep would overflow the stack of whoever walks or prints it next. */
function tooDeep(args: Record<string, unknown>): FieldError[] {
  return Object.entries(args).flatMap(([path, value]) =>
    isDeeperThan(value, MOST_LEVELS)
      ? [{ path, message: `is nested more than ${MOST_LEVELS} levels deep` }]
      : [],
  );
}

function isDeeperThan(value: unknown, levels: number): boolean {
  let level: unknown[] = [value];
  for (let depth = 0; depth <= levels; depth += 1) {
    level = level.flatMap((item): unknown[] =>
      typeof item === 'object' && item !== null ? Object.values(item) : [],
    );
    if (level.length === 0) return false;
  }
  return true;
}

function fieldError(error: ErrorObject): FieldError {
  const path = error.instancePath.slice(1).replaceAll('/', '.');
  if (error.keyword !== 'required') return { path, message: describe(error) };
  const missing = String((error.params as { missingProperty: unknown }).missingProperty);
  const choices = ((error.parentSchema ?? {}) as Partial<Tool['inputSchema']>).properties?.[missing]?.enum;
  const message = choices ? `is required: one of ${choices.join(', ')}` : 'is required';
  return { path: path ? `${path}.${missing}` : missing, message };
}

/** Both ends of a range and all choices at once, so that the next call fits. */
function describe({ keyword, message, parentSchema }: ErrorObject): string {
  const { minimum, maximum, enum: choices } = (parentSchema ?? {}) as PropertySchema;
  if ((keyword === 'minimum' || keyword === 'maximum') && minimum !== undefined && maximum !== undefined) {
    return `must be between ${minimum} and ${maximum}`;
  }
  if (keyword === 'enum' && choices) return `must be one of ${choices.join(', ')}`;
  return message ?? 'is not valid';
}

function listed(names: string[]): string {
  return names.length > 1 ? `${names.slice(0, -1).join(', ')} and ${names.at(-1)}` : names.join('');
}
