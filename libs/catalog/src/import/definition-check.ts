import type { FieldError } from '#libs/errors';
import type { EntryKind, JsonObject, JsonSchema } from '../catalog.types.js';
import { compileSchema, type CompiledSchema } from '../schema/compiled-schema.js';
import { isJsonObject, propertiesOf } from '../schema/local-ref.js';
import { renderPrompt, RESERVED_INPUT_FIELDS } from '../wrappers/render-prompt.js';
import { withoutReadOnly } from './canonical-definition.js';
import { MODEL_DEFINITION, WRAPPER_DEFINITION } from './definition-schema.js';
import type { ModelDefinition, WrapperDefinition } from './definitions.js';
import { exampleErrors } from './example-check.js';
import { schemaProblems } from './schema-check.js';
import { unstorableProblems } from './storable-definition.js';

const shapes: Record<EntryKind, CompiledSchema> = {
  model: compileSchema(MODEL_DEFINITION),
  wrapper: compileSchema(WRAPPER_DEFINITION),
};

/** What a pattern means, for people. */
const PATTERN_WORDS: Readonly<Record<string, string>> = {
  owner:
    'may have lower-case letters, digits, dot, dash and underscore, at most 64, and begins with a letter or digit',
  alias:
    'may have lower-case letters, digits, dot, dash and underscore, at most 64, and begins with a letter or digit',
  thumbnailUrl: 'must be an http(s) URL, or a path on this server',
  'price.amountUsd': 'must be a decimal text such as "0.0040", not below 0',
};

const at = (path: string, message: string): FieldError => ({ path, message });
const under = (parent: string, problems: FieldError[]): FieldError[] =>
  problems.map(({ path, message }) => at(path ? `${parent}.${path}` : parent, message));

/**
 * Everything that is wrong with a definition by itself: its base models aside, which are the catalogue's.
 *
 * @param given whatever came
 */
export function definitionProblems(kind: EntryKind, given: unknown): FieldError[] {
  if (!isJsonObject(given)) return [at('', `must be a ${kind} definition: an object`)];
  const unstorable = unstorableProblems(given);
  if (unstorable.length > 0) return unstorable;
  const definition = withoutReadOnly(given);
  const problems = [...shapeProblems(kind, definition), ...schemasProblems(kind, definition)];
  if (problems.length > 0) return problems;
  return kind === 'model'
    ? exampleProblems(definition as unknown as ModelDefinition)
    : wrapperProblems(definition as unknown as WrapperDefinition);
}

/** Defaults are filled into a copy that goes no further. */
function shapeProblems(kind: EntryKind, definition: JsonObject): FieldError[] {
  return shapes[kind].validate({ ...definition }).map(({ path, message }) => {
    if (!message.startsWith('must match the pattern')) return at(path, message);
    return at(path, PATTERN_WORDS[path] ?? 'must not be empty');
  });
}

function schemasProblems(kind: EntryKind, definition: JsonObject): FieldError[] {
  const fields = kind === 'model' ? ['inputSchema', 'outputSchema'] : ['inputSchema'];
  return fields
    .filter((field) => isJsonObject(definition[field]))
    .flatMap((field) => under(field, schemaProblems(definition[field])));
}

function exampleProblems({ examples = [], inputSchema, outputSchema }: ModelDefinition): FieldError[] {
  const errors = {
    input: exampleErrors(
      inputSchema as JsonSchema,
      examples.map(({ input }) => input),
    ),
    output: exampleErrors(
      outputSchema as JsonSchema,
      examples.map(({ output }) => output),
    ),
  };
  return examples.flatMap((_example, index) =>
    (['input', 'output'] as const).flatMap((side) =>
      under(`examples.${index}.${side}`, errors[side][index] ?? []),
    ),
  );
}

function wrapperProblems(wrapper: WrapperDefinition): FieldError[] {
  const names = wrapper.baseModels.map((base) => base.model);
  const { defaultBaseModel = names[0] ?? '' } = wrapper;
  return [
    ...reservedFieldProblems(wrapper.inputSchema as JsonSchema),
    ...templateProblems(wrapper),
    ...(new Set(names).size < names.length ? [at('baseModels', 'names a model twice')] : []),
    ...(names.includes(defaultBaseModel)
      ? []
      : [at('defaultBaseModel', `must be one of: ${names.join(', ')}`)]),
  ];
}

function reservedFieldProblems(inputSchema: JsonSchema): FieldError[] {
  const fields = Object.keys(propertiesOf(inputSchema, inputSchema));
  const reserved = RESERVED_INPUT_FIELDS.filter((name) => fields.includes(name));
  const { additionalProperties = false } = inputSchema;
  return [
    ...reserved.map((name) => at(`inputSchema.properties.${name}`, 'is a reserved name')),
    ...(additionalProperties === false
      ? []
      : [at('inputSchema.additionalProperties', 'must be false: every input of a wrapper is declared')]),
  ];
}

/** Parses the template and renders it once on nothing, which shows a template that is too long by itself. */
function templateProblems({ promptTemplate = '', templateContext = {} }: WrapperDefinition): FieldError[] {
  try {
    renderPrompt(promptTemplate, templateContext, {});
    return [];
  } catch (error) {
    return [at('promptTemplate', (error as Error).message)];
  }
}
