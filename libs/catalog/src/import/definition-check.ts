import type { FieldError } from '#libs/errors';
import { CATEGORIES, PRICE_UNITS, STATUSES, VISIBILITIES, type JsonSchema } from '../catalog.types.js';
import { isEndpointPart } from '../endpoint-name.js';
import { schemaProblem, validateAgainst } from '../schema/compiled-schema.js';
import { isJsonObject, propertiesOf } from '../schema/local-ref.js';
import { renderPrompt, RESERVED_INPUT_FIELDS } from '../wrappers/render-prompt.js';
import { DEFAULT_OWNER, type ModelDefinition, type WrapperDefinition } from './definitions.js';

type Definition = ModelDefinition | WrapperDefinition;

const MAX_SUMMARY = 200;
const MAX_TEXT = 20_000;
const MAX_BASE_MODELS = 20;

const at = (path: string, message: string): FieldError => ({ path, message });
const when = (wrong: boolean, path: string, message: string): FieldError[] =>
  wrong ? [at(path, message)] : [];

/** Everything that is wrong with a model definition by itself. */
export function modelProblems(model: ModelDefinition): FieldError[] {
  const output = schemaProblem(model.outputSchema);
  const { unit, amountUsd } = model.price ?? {};
  const problems = [
    ...sharedProblems(model),
    ...(output ? [at('outputSchema', output)] : []),
    ...when(!PRICE_UNITS.includes(unit), 'price.unit', `must be one of: ${PRICE_UNITS.join(', ')}`),
    ...when(
      !/^\d{1,8}(\.\d{1,6})?$/.test(String(amountUsd)),
      'price.amountUsd',
      'must be a decimal text such as "0.0040"',
    ),
    ...when(
      !(model.typicalSeconds == null || model.typicalSeconds >= 0),
      'typicalSeconds',
      'must not be negative',
    ),
    ...textProblems({ engine: model.engine }, 100),
    ...when(!isJsonObject(model.engineSettings ?? {}), 'engineSettings', 'must be an object'),
  ];
  const schemasAreSound = !problems.some(({ path }) => path.endsWith('Schema'));
  return schemasAreSound ? [...problems, ...exampleProblems(model)] : problems;
}

/** Everything that is wrong with a wrapper definition, its base models aside. */
export function wrapperProblems(wrapper: WrapperDefinition): FieldError[] {
  const baseModels = wrapper.baseModels ?? [];
  const names = baseModels.map((base) => base.model);
  const { defaultBaseModel = names[0] ?? '' } = wrapper;
  return [
    ...sharedProblems(wrapper),
    ...reservedFieldProblems(wrapper.inputSchema),
    ...templateProblems(wrapper),
    ...when(names.length === 0, 'baseModels', 'must name at least one model'),
    ...when(names.length > MAX_BASE_MODELS, 'baseModels', `must name at most ${MAX_BASE_MODELS} models`),
    ...when(new Set(names).size < names.length, 'baseModels', 'names a model twice'),
    ...when(
      names.length > 0 && !names.includes(defaultBaseModel),
      'defaultBaseModel',
      `must be one of: ${names.join(', ')}`,
    ),
  ];
}

function sharedProblems(definition: Definition): FieldError[] {
  const {
    owner = DEFAULT_OWNER,
    alias,
    visibility = 'public',
    status = 'published',
    thumbnailUrl,
  } = definition;
  const input = schemaProblem(definition.inputSchema);
  return [
    ...when(
      !isEndpointPart(String(owner)),
      'owner',
      'may have lower-case letters, digits, dot, dash and underscore',
    ),
    ...when(
      !isEndpointPart(String(alias)),
      'alias',
      'may have lower-case letters, digits, dot, dash and underscore',
    ),
    ...textProblems({ name: definition.name, task: definition.task }, 100),
    ...textProblems({ summary: definition.summary }, MAX_SUMMARY),
    ...textProblems({ description: definition.description }, MAX_TEXT),
    ...when(
      !CATEGORIES.includes(definition.category),
      'category',
      `must be one of: ${CATEGORIES.join(', ')}`,
    ),
    ...when(!VISIBILITIES.includes(visibility), 'visibility', `must be one of: ${VISIBILITIES.join(', ')}`),
    ...when(!STATUSES.includes(status), 'status', `must be one of: ${STATUSES.join(', ')}`),
    ...when(
      thumbnailUrl != null && !/^(https?:\/\/|\/)\S+$/.test(thumbnailUrl),
      'thumbnailUrl',
      'must be an http(s) URL',
    ),
    ...(input ? [at('inputSchema', input)] : []),
  ];
}

function textProblems(texts: Record<string, unknown>, most: number): FieldError[] {
  return Object.entries(texts)
    .filter(
      ([, text]) =>
        typeof text !== 'string' || text.trim() === '' || text.length > most || text.includes('\0'),
    )
    .map(([path]) => at(path, `must be a text of 1 to ${most} characters`));
}

function exampleProblems({ examples = [], inputSchema, outputSchema }: ModelDefinition): FieldError[] {
  return examples.flatMap((example, index) =>
    (['input', 'output'] as const).flatMap((side) => {
      const errors = validateAgainst(
        (side === 'input' ? inputSchema : outputSchema) as JsonSchema,
        example[side],
      );
      return errors.map(({ path, message }) => at(`examples.${index}.${side}${path && `.${path}`}`, message));
    }),
  );
}

function reservedFieldProblems(inputSchema: object): FieldError[] {
  if (!isJsonObject(inputSchema)) return [];
  const fields = Object.keys(propertiesOf(inputSchema, inputSchema));
  return [
    ...RESERVED_INPUT_FIELDS.filter((name) => fields.includes(name)).map((name) =>
      at(`inputSchema.properties.${name}`, 'is a reserved name'),
    ),
    ...when(
      ![undefined, false].includes(inputSchema.additionalProperties as undefined | false),
      'inputSchema.additionalProperties',
      'must be false: every input of a wrapper is declared',
    ),
  ];
}

/** Parses the template and renders it once on nothing, which shows a template that is too long by itself. */
function templateProblems({ promptTemplate = '', templateContext = {} }: WrapperDefinition): FieldError[] {
  if (typeof promptTemplate !== 'string') return [at('promptTemplate', 'must be a text')];
  const parts = isJsonObject(templateContext) ? Object.entries(templateContext) : [['', null] as const];
  if (!parts.every(([name, value]) => ['maps', 'constants'].includes(name) && isJsonObject(value))) {
    return [at('templateContext', 'must be an object with maps and constants, both objects')];
  }
  try {
    renderPrompt(promptTemplate, templateContext, {});
    return [];
  } catch (error) {
    return [at('promptTemplate', (error as Error).message)];
  }
}
