import type { FieldError } from '#libs/errors';
import type { FieldMappings, JsonObject, JsonSchema } from '../catalog.types.js';
import { coerceInput } from '../schema/coerce-input.js';
import { validateAgainst } from '../schema/compiled-schema.js';
import { propertiesOf, typesOf } from '../schema/local-ref.js';
import { shapesOf, valuesOf } from '../views/merged-schema.js';

/** What the check needs of a base model. */
interface Base {
  endpoint: string;
  inputSchema: JsonSchema;
  promptField: string | null;
}

/** Values of one closed list that are tried; a list of 500 styles says enough with these. */
const MAX_TRIED = 100;

const at = (path: string, message: string): FieldError => ({ path, message });

/**
 * Finds values that a wrapper would hand to a base model and that the model's schema can only refuse: fixed values,
 * presets, choices and defaults that it does not take, types and ranges that never fit. Fields that the model does
 * not know are left to the check of names.
 */
export function compatibilityProblems(
  wrapperSchema: JsonSchema,
  mappings: FieldMappings,
  base: Base,
): FieldError[] {
  const check = new ValueCheck(base, mappings);
  const presets = Object.entries(mappings.presets ?? {}).flatMap(([field, choices]) =>
    Object.entries(choices).flatMap(([choice, values]) =>
      check.fixed(values, `fieldMappings.presets.${field}.${choice}`),
    ),
  );
  return [
    ...check.fixed(mappings.staticValues ?? {}, 'fieldMappings.staticValues'),
    ...presets,
    ...check.prompt(),
    ...check.collected(),
    ...Object.entries(propertiesOf(wrapperSchema, wrapperSchema)).flatMap(([name, property]) =>
      check.passedOn(wrapperSchema, name, property),
    ),
  ];
}

class ValueCheck {
  private readonly properties: Record<string, JsonSchema>;
  private readonly probe: JsonSchema;

  constructor(
    private readonly base: Base,
    private readonly mappings: FieldMappings,
  ) {
    const { $defs, definitions } = base.inputSchema;
    this.properties = propertiesOf(base.inputSchema, base.inputSchema);
    this.probe = {
      type: 'object',
      properties: { ...this.properties },
      ...($defs !== undefined && { $defs }),
      ...(definitions !== undefined && { definitions }),
    };
  }

  /** Values that the wrapper's author wrote, which no caller can mend. */
  fixed(values: JsonObject, path: string): FieldError[] {
    return Object.entries(values).flatMap(([field, value]) => {
      const target = this.targetOf(field);
      const refusal = target === null ? null : this.refusal(target, value);
      return refusal === null ? [] : [at(`${path}.${field}`, refusal)];
    });
  }

  prompt(): FieldError[] {
    const { promptField, endpoint } = this.base;
    if (promptField === null || !Object.hasOwn(this.properties, promptField)) return [];
    const types = this.typesOfBase(promptField);
    if (types.size === 0 || types.has('string')) return [];
    return [at('promptField', `${promptField} of ${endpoint} takes no text`)];
  }

  collected(): FieldError[] {
    return Object.keys(this.mappings.collectFields ?? {}).flatMap((field) => {
      const target = this.targetOf(field);
      const types = target === null ? new Set<string>() : this.typesOfBase(target);
      if (types.size === 0 || types.has('array')) return [];
      return [at(`fieldMappings.collectFields.${field}`, `${target} of ${this.base.endpoint} is no array`)];
    });
  }

  /** A field of the caller's that reaches the model as it is. */
  passedOn(root: JsonSchema, name: string, property: unknown): FieldError[] {
    const target = this.isConsumed(name) ? null : this.targetOf(name);
    if (target === null) return [];
    const path = `inputSchema.properties.${name}`;
    const shapes = shapesOf(root, property);
    const choices = shapes.flatMap((shape) => valuesOf(shape) ?? []).slice(0, MAX_TRIED);
    const [first = {}] = shapes;
    const refused = choices.find((choice) => this.refusal(target, choice) !== null);
    if (refused !== undefined)
      return [at(path, `offers ${JSON.stringify(refused)}: ${this.refusal(target, refused)}`)];
    const byDefault = first.default === undefined ? null : this.refusal(target, first.default);
    if (byDefault !== null) return [at(path, `has a default that does not fit: ${byDefault}`)];
    return this.neverFits(target, shapes) ? [at(path, this.mismatch(target, shapes))] : [];
  }

  private mismatch(target: string, shapes: JsonSchema[]): string {
    const own = [...new Set(shapes.flatMap(typesOf))].join(' or ') || 'such a value';
    const wanted = [...this.typesOfBase(target)].join(' or ');
    return `never fits ${target} of ${this.base.endpoint}: it gives ${own}, the model takes ${wanted} within its bounds`;
  }

  private neverFits(target: string, shapes: JsonSchema[]): boolean {
    const wanted = shapesOf(this.base.inputSchema, this.properties[target]);
    return shapes.every((given) => wanted.every((shape) => !canFit(given, shape)));
  }

  /** @returns the model's own objection, or null when it takes the value */
  private refusal(field: string, value: unknown): string | null {
    const given = coerceInput(this.probe, this.probe, { [field]: structuredClone(value) });
    const [first] = validateAgainst(this.probe, given);
    if (!first) return null;
    const inside = first.path.slice(field.length + 1);
    return `${field} of ${this.base.endpoint} ${inside ? `at ${inside} ` : ''}${first.message}`;
  }

  /** The model's field that a field becomes, or null when it never gets there. */
  private targetOf(field: string): string | null {
    const { renames = {}, omit = [] } = this.mappings;
    const target = Object.hasOwn(renames, field) ? (renames[field] as string) : field;
    const isLost = omit.includes(target) || target === this.base.promptField;
    return isLost || !Object.hasOwn(this.properties, target) ? null : target;
  }

  /** Gathered, expanded or overwritten before it could reach the model. */
  private isConsumed(name: string): boolean {
    const { collectFields = {}, staticValues = {}, presets = {} } = this.mappings;
    return (
      Object.values(collectFields).flat().includes(name) ||
      Object.hasOwn(staticValues, name) ||
      Object.hasOwn(presets, name)
    );
  }

  private typesOfBase(field: string): Set<string> {
    return new Set(shapesOf(this.base.inputSchema, this.properties[field]).flatMap(typesOf));
  }
}

/** Texts may turn out to be numbers or JSON, and numbers and booleans become texts: see `coerceInput`. */
function canFit(given: JsonSchema, wanted: JsonSchema): boolean {
  const [from, to] = [typesOf(given), typesOf(wanted)];
  const turnsInto = (one: string, other: string) =>
    one === other ||
    one === 'string' ||
    (other === 'number' && one === 'integer') ||
    (other === 'integer' && one === 'number') ||
    (other === 'string' && ['number', 'integer', 'boolean'].includes(one));
  const types =
    from.length === 0 || to.length === 0 || from.some((one) => to.some((two) => turnsInto(one, two)));
  return types && overlap(given, wanted);
}

const BOUNDS = [
  ['minimum', 'maximum'],
  ['minItems', 'maxItems'],
] as const;

function overlap(given: JsonSchema, wanted: JsonSchema): boolean {
  const isAbove = (one: unknown, other: unknown) =>
    typeof one === 'number' && typeof other === 'number' && one > other;
  return BOUNDS.every(
    ([least, most]) => !isAbove(given[least], wanted[most]) && !isAbove(wanted[least], given[most]),
  );
}
