import { isDeepStrictEqual } from 'node:util';
import type { JsonSchema } from './json-schema.js';

const POINTER = '#/components/schemas/';

/**
 * Gives every schema with a `title` its place among the named ones, once, and leaves out those that nothing refers to.
 * @throws when two different schemas have one title
 */
export function namedSchemas<Value>(
  value: Value,
  known: Readonly<Record<string, JsonSchema>>,
): { value: Value; schemas: Record<string, JsonSchema> } {
  const named: Record<string, JsonSchema> = {};
  const used = new Map<string, JsonSchema>();

  const visit = (part: unknown): unknown => {
    if (Array.isArray(part)) return part.map(visit);
    if (typeof part !== 'object' || part === null) return part;
    const { title, type, $ref } = part as JsonSchema;
    if (typeof $ref === 'string' && $ref.startsWith(POINTER)) use($ref.slice(POINTER.length), undefined);
    if (typeof title !== 'string' || type !== 'object') return visitFields(part);
    use(title, part as JsonSchema);
    return { $ref: `${POINTER}${title}` };
  };
  const visitFields = (part: object) =>
    Object.fromEntries(Object.entries(part).map(([name, field]) => [name, visit(field)]));
  const use = (name: string, schema: JsonSchema = known[name] ?? {}): void => {
    const first = used.get(name);
    if (first && !isDeepStrictEqual(first, schema))
      throw new Error(`There are two types with the name ${name}.`);
    if (first) return;
    used.set(name, schema);
    named[name] = visitFields(schema);
  };

  const visited = visit(value) as Value;
  use('Error');
  return {
    value: visited,
    schemas: Object.fromEntries(Object.entries(named).sort(([a], [b]) => (a < b ? -1 : 1))),
  };
}
