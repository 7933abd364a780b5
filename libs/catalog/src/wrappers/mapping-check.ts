import { type FieldError, nearestWord } from '#libs/errors';
import type { FieldMappings, JsonSchema } from '../catalog.types.js';
import { allParts, followRef, isJsonObject, propertiesOf } from '../schema/local-ref.js';
import { reachableFields } from './field-mappings.js';
import { compatibilityProblems } from './schema-compatibility.js';

/** What one base model brings to the check. */
interface BaseModel {
  endpoint: string;
  inputSchema: JsonSchema;
  promptField: string | null;
}

const STEPS = ['collectFields', 'staticValues', 'presets', 'renames', 'omit'];

/**
 * Finds in the mappings to one base model what could only fail later, at a call: sources that the wrapper does not
 * have, fields that the model does not know, required ones that nothing fills, choices without a preset, values that
 * the model's schema refuses.
 */
export function mappingProblems(wrapperSchema: JsonSchema, mappings: unknown, base: BaseModel): FieldError[] {
  const malformed = shapeProblems(mappings);
  if (malformed.length > 0) return malformed;
  const given = mappings as FieldMappings;
  return [
    ...sourceProblems(wrapperSchema, given),
    ...staticProblems(given, base.promptField),
    ...presetProblems(wrapperSchema, given),
    ...targetProblems(wrapperSchema, given, base),
    ...compatibilityProblems(wrapperSchema, given, base),
  ];
}

const at = (path: string, message: string): FieldError => ({ path, message });

function shapeProblems(mappings: unknown): FieldError[] {
  if (!isJsonObject(mappings)) return [at('fieldMappings', 'must be an object')];
  const unknown = Object.keys(mappings).filter((step) => !STEPS.includes(step));
  const {
    collectFields = {},
    staticValues = {},
    presets = {},
    renames = {},
    omit = [],
  } = mappings as FieldMappings;
  const isTextList = (value: unknown) =>
    Array.isArray(value) && value.every((item) => typeof item === 'string');
  const each = (value: unknown, fits: (item: unknown) => boolean) =>
    isJsonObject(value) && Object.values(value).every(fits);
  const checks: [string, boolean, string][] = [
    ['collectFields', each(collectFields, isTextList), 'must be an object of lists of field names'],
    ['staticValues', isJsonObject(staticValues), 'must be an object'],
    [
      'presets',
      each(presets, (choices) => each(choices, isJsonObject)),
      'must be an object: field → choice → fields',
    ],
    ['renames', each(renames, (to) => typeof to === 'string'), 'must be an object of field names'],
    ['omit', isTextList(omit), 'must be a list of field names'],
  ];
  return [
    ...unknown.map((step) =>
      at(`fieldMappings.${step}`, `is not a mapping; the mappings are ${STEPS.join(', ')}`),
    ),
    ...checks.filter(([, fits]) => !fits).map(([step, , message]) => at(`fieldMappings.${step}`, message)),
  ];
}

/** Every field that a mapping reads must be there at its step. */
function sourceProblems(wrapperSchema: JsonSchema, mappings: FieldMappings): FieldError[] {
  const inputs = Object.keys(propertiesOf(wrapperSchema, wrapperSchema));
  const { collectFields, staticValues, presets, renames, omit } = mappings;
  const missing = (step: string, names: string[], available: ReadonlySet<string>) =>
    names
      .filter((name) => !available.has(name))
      .map((name) => at(`fieldMappings.${step}`, `reads ${name}, which is not there at this step`));
  const afterStatics = reachableFields(inputs, { collectFields, staticValues }, null);
  const afterPresets = reachableFields(inputs, { collectFields, staticValues, presets }, null);
  const afterRenames = reachableFields(inputs, { collectFields, staticValues, presets, renames }, null);
  return [
    ...missing('collectFields', Object.values(collectFields ?? {}).flat(), new Set(inputs)),
    ...missing('presets', Object.keys(presets ?? {}), afterStatics),
    ...missing('renames', Object.keys(renames ?? {}), afterPresets),
    ...missing('omit', omit ?? [], afterRenames),
  ];
}

/** Static values are fixed: no later step may write over them with what a caller chose. */
function staticProblems(mappings: FieldMappings, promptField: string | null): FieldError[] {
  const written = [
    ...Object.values(mappings.presets ?? {}).flatMap((choices) =>
      Object.values(choices).flatMap(Object.keys),
    ),
    ...Object.values(mappings.renames ?? {}),
    ...(promptField === null ? [] : [promptField]),
  ];
  const moved = new Set(Object.keys(mappings.renames ?? {}));
  return Object.keys(mappings.staticValues ?? {})
    .filter((field) => written.includes(field) && !moved.has(field))
    .map((field) =>
      at(
        `fieldMappings.staticValues.${field}`,
        'is overwritten by a later mapping, so it would not be fixed',
      ),
    );
}

/** A field with a closed list of choices needs a preset for each. */
function presetProblems(wrapperSchema: JsonSchema, mappings: FieldMappings): FieldError[] {
  const properties = propertiesOf(wrapperSchema, wrapperSchema);
  return Object.entries(mappings.presets ?? {}).flatMap(([field, choices]) => {
    const allowed = followRef(wrapperSchema, properties[field]).enum;
    if (!Array.isArray(allowed))
      return [at(`fieldMappings.presets.${field}`, 'needs an enum in the input schema')];
    const without = allowed.map(String).filter((choice) => !Object.hasOwn(choices, choice));
    return without.map((choice) =>
      at(`fieldMappings.presets.${field}`, `has no entry for the choice "${choice}"`),
    );
  });
}

/** What comes out must be known to the base model, and hold all that the model requires. */
function targetProblems(wrapperSchema: JsonSchema, mappings: FieldMappings, base: BaseModel): FieldError[] {
  const known = Object.keys(propertiesOf(base.inputSchema, base.inputSchema));
  const reachable = reachableFields(
    Object.keys(propertiesOf(wrapperSchema, wrapperSchema)),
    mappings,
    base.promptField,
  );
  const unknown = [...reachable].filter((field) => !known.includes(field));
  const required = allParts(base.inputSchema, base.inputSchema).flatMap(
    (part) => (part.required as string[] | undefined) ?? [],
  );
  return [
    ...unknown.map((field) => {
      const near = nearestWord(field, known);
      const hint = near ? `; did you mean ${near}?` : `; its fields are ${known.join(', ')}`;
      const path = field === base.promptField ? 'promptField' : 'fieldMappings';
      return at(path, `${base.endpoint} has no field ${field}${hint}`);
    }),
    ...required
      .filter((field) => !reachable.has(field))
      .map((field) => at('fieldMappings', `${base.endpoint} requires ${field}, and nothing fills it`)),
  ];
}
