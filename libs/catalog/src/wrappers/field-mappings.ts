import type { FieldMappings, JsonObject } from '../catalog.types.js';

/**
 * Turns a wrapper's valid input into the base model's, in the fixed order collectFields → staticValues → presets →
 * renames → omit → prompt. Nothing of the result is shared with the mappings or the input.
 *
 * @param prompt the rendered template; it goes into `promptField` when the model has one
 */
export function applyMappings(
  input: Readonly<JsonObject>,
  mappings: FieldMappings,
  promptField: string | null,
  prompt: string,
): JsonObject {
  const fields = new Map(Object.entries(structuredClone(input)));
  collect(fields, mappings.collectFields ?? {});
  for (const [field, value] of Object.entries(mappings.staticValues ?? {}))
    fields.set(field, structuredClone(value));
  expandPresets(fields, mappings.presets ?? {});
  rename(fields, mappings.renames ?? {});
  for (const field of mappings.omit ?? []) fields.delete(field);
  if (promptField !== null) fields.set(promptField, prompt);
  return Object.fromEntries(fields);
}

/** Sources go away once gathered; what is an array already gives its items. */
function collect(fields: Map<string, unknown>, collectFields: Record<string, string[]>): void {
  for (const [target, sources] of Object.entries(collectFields)) {
    const gathered = sources.filter((source) => fields.has(source)).flatMap((source) => fields.get(source));
    for (const source of sources) fields.delete(source);
    if (gathered.length > 0) fields.set(target, gathered);
  }
}

/** The preset wins over what the caller gave for the same field: it may not be told apart from a filled-in default. */
function expandPresets(fields: Map<string, unknown>, presets: NonNullable<FieldMappings['presets']>): void {
  for (const [field, choices] of Object.entries(presets)) {
    const choice = String(fields.get(field));
    fields.delete(field);
    const expansion = Object.hasOwn(choices, choice) ? choices[choice] : undefined;
    for (const [name, value] of Object.entries(expansion ?? {})) fields.set(name, structuredClone(value));
  }
}

function rename(fields: Map<string, unknown>, renames: Record<string, string>): void {
  const moved = Object.entries(renames).filter(([from]) => fields.has(from));
  const values = moved.map(([from, to]) => [to, fields.get(from)] as const);
  for (const [from] of moved) fields.delete(from);
  for (const [to, value] of values) fields.set(to, value);
}

/** Which fields the base model may be given, whatever the caller sends: for the check when a wrapper is saved. */
export function reachableFields(
  inputFields: readonly string[],
  mappings: FieldMappings,
  promptField: string | null,
): Set<string> {
  const fields = new Set(inputFields);
  for (const [target, sources] of Object.entries(mappings.collectFields ?? {})) {
    sources.forEach((source) => fields.delete(source));
    fields.add(target);
  }
  Object.keys(mappings.staticValues ?? {}).forEach((field) => fields.add(field));
  for (const [field, choices] of Object.entries(mappings.presets ?? {})) {
    fields.delete(field);
    Object.values(choices).forEach((expansion) => Object.keys(expansion).forEach((name) => fields.add(name)));
  }
  const moved = Object.entries(mappings.renames ?? {}).filter(([from]) => fields.has(from));
  moved.forEach(([from]) => fields.delete(from));
  moved.forEach(([, to]) => fields.add(to));
  (mappings.omit ?? []).forEach((field) => fields.delete(field));
  if (promptField !== null) fields.add(promptField);
  return fields;
}

/**
 * The caller's field that a base model's field came from, so that an error of the base model can name what the caller
 * wrote. Null when no single field of the caller's stands behind it.
 */
export function sourceOf(
  field: string,
  inputFields: readonly string[],
  mappings: FieldMappings,
): string | null {
  const before = Object.entries(mappings.renames ?? {}).find(([, to]) => to === field)?.[0] ?? field;
  const presets = Object.entries(mappings.presets ?? {});
  const preset = presets.find(([, choices]) =>
    Object.values(choices).some((expansion) => Object.hasOwn(expansion, before)),
  );
  if (preset) return preset[0];
  const collected = mappings.collectFields?.[before];
  if (collected) return collected.length === 1 ? (collected[0] as string) : null;
  return inputFields.includes(before) && !Object.hasOwn(mappings.staticValues ?? {}, before) ? before : null;
}
