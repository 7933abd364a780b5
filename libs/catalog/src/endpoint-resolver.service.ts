import { Injectable } from '@nestjs/common';
import type { Actor } from '#libs/accounts';
import { AppError, type FieldError } from '#libs/errors';
import type { EntryRow, ModelRow } from './catalog.repository.js';
import type { EntryKind, JsonObject, JsonSchema, Price } from './catalog.types.js';
import { EndpointLookup } from './endpoint-lookup.service.js';
import { coerceInput } from './schema/coerce-input.js';
import { outOfBounds } from './schema/input-bounds.js';
import { isJsonObject, propertiesOf } from './schema/local-ref.js';
import { SchemaCache } from './schema/schema-cache.service.js';
import { defaultModel } from './views/catalog-views.js';
import { toPrice } from './views/price.js';
import { chooseBaseModel } from './wrappers/base-model-choice.js';
import { applyMappings, sourceOf } from './wrappers/field-mappings.js';
import { renderPrompt } from './wrappers/render-prompt.js';

/** A call that may run: what was named, what runs, and both inputs, checked. */
export interface ResolvedEndpoint {
  endpoint: string;
  kind: EntryKind;
  /** The model that runs: the endpoint itself, or the base model of a wrapper. */
  modelId: string;
  modelEndpoint: string;
  modelVersion: number;
  wrapperId: string | null;
  engine: string;
  engineSettings: JsonObject;
  price: Price;
  /** Of the model that runs, as `inputSchema` is. */
  outputSchema: JsonSchema;
  inputSchema: JsonSchema;
  /** The caller's input with defaults filled in. */
  input: JsonObject;
  /** What the engine gets; for a model the same as `input`. */
  modelInput: JsonObject;
  typicalSeconds: number | null;
}

/** Turns an endpoint and a caller's input into a call that the engine can take, or says what is wrong with them. */
@Injectable()
export class EndpointResolver {
  constructor(
    private readonly lookup: EndpointLookup,
    private readonly schemas: SchemaCache,
  ) {}

  /**
   * @throws AppError `endpoint_not_found` (with the nearest names), `invalid_input` (with every failing field)
   */
  async resolve(actor: Actor, endpoint: string, input: unknown): Promise<ResolvedEndpoint> {
    const entry = await this.lookup.find(actor, endpoint);
    const given = toObject(entry, input);
    return entry.kind === 'model' ? this.resolveModel(entry, given) : this.resolveWrapper(entry, given);
  }

  private resolveModel(entry: EntryRow, given: JsonObject): ResolvedEndpoint {
    const input = this.checkInput(entry, given);
    return describe(entry, defaultModel(entry), input, input);
  }

  private resolveWrapper(entry: EntryRow, given: JsonObject): ResolvedEndpoint {
    const { base_model: wanted, ...own } = given;
    const base = chooseBaseModel(entry.endpoint, entry.models, wanted);
    const input = this.checkInput(entry, own);
    const prompt = render(entry, input);
    const mapped = applyMappings(input, base.fieldMappings ?? {}, base.promptField ?? null, prompt);
    const modelInput = coerceInput(base.inputSchema, base.inputSchema, mapped) as JsonObject;
    const errors = this.schemas.get(base.modelId, base.version, base.inputSchema).validate(modelInput);
    if (errors.length > 0)
      throw invalidInput(
        entry,
        errors.map((error) => traced(error, entry, base)),
      );
    return describe(entry, base, input, modelInput);
  }

  /** @returns the input, coerced and with defaults */
  private checkInput(entry: EntryRow, given: JsonObject): JsonObject {
    const schema = this.schemas.get(entry.id, entry.version, entry.inputSchema);
    const input = coerceInput(schema.schema, schema.schema, structuredClone(given)) as JsonObject;
    const errors = schema.validate(input);
    if (errors.length > 0) throw invalidInput(entry, errors);
    return input;
  }
}

/** Some clients send the object as JSON text. */
function toObject(entry: EntryRow, input: unknown): JsonObject {
  const given = coerceInput({}, { type: 'object' }, input ?? {});
  const problem = isJsonObject(given)
    ? outOfBounds(given)
    : { path: '', message: 'must be an object of fields' };
  if (problem) throw invalidInput(entry, [problem]);
  return given as JsonObject;
}

function render(entry: EntryRow, input: JsonObject): string {
  try {
    return renderPrompt(entry.promptTemplate ?? '', entry.templateContext ?? {}, input);
  } catch (error) {
    // The template was checked when it was saved, so only this input can have made it too large.
    throw invalidInput(entry, [
      { path: '', message: `makes too long a prompt: ${(error as Error).message}` },
    ]);
  }
}

/** Names the caller's field in an error of the base model, since the caller knows no other. */
function traced({ path, message }: FieldError, entry: EntryRow, base: ModelRow): FieldError {
  const [field = '', ...rest] = path.split('.');
  const inputFields = Object.keys(propertiesOf(entry.inputSchema, entry.inputSchema));
  const source = sourceOf(field, inputFields, base.fieldMappings ?? {});
  if (source !== null) return { path: [source, ...rest].join('.'), message };
  return { path: '', message: `${field} of ${base.endpoint}, which is made from the input, ${message}` };
}

function invalidInput(entry: EntryRow, validationErrors: FieldError[]): AppError {
  const required = new Set((entry.inputSchema.required as string[] | undefined) ?? []);
  const fields = Object.keys(propertiesOf(entry.inputSchema, entry.inputSchema)).slice(0, 40);
  const list = fields.map((field) => (required.has(field) ? `${field} (required)` : field)).join(', ');
  return new AppError('invalid_input', `The input does not fit ${entry.endpoint}.`, {
    validationErrors,
    nextStep: `The fields of ${entry.endpoint} are: ${list || 'none'}. Call get_${entry.kind} for their meaning.`,
  });
}

function describe(
  entry: EntryRow,
  model: ModelRow,
  input: JsonObject,
  modelInput: JsonObject,
): ResolvedEndpoint {
  return {
    endpoint: entry.endpoint,
    kind: entry.kind,
    modelId: model.modelId,
    modelEndpoint: model.endpoint,
    modelVersion: model.version,
    wrapperId: entry.kind === 'wrapper' ? entry.id : null,
    engine: model.engine,
    engineSettings: model.engineSettings,
    price: toPrice(model),
    outputSchema: model.outputSchema,
    inputSchema: model.inputSchema,
    input,
    modelInput,
    typicalSeconds: model.typicalSeconds,
  };
}
