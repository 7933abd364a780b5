import type { JsonSchema } from '../catalog.types.js';
import { isJsonObject, MAX_REF_CHAIN } from '../schema/local-ref.js';

/** Keywords that always compile once the meta-schema, the references and the patterns are right. */
const PLAIN = new Set([
  ...['$schema', '$comment', '$defs', '$ref', 'type', 'title', 'description', 'default', 'examples'],
  ...[
    'enum',
    'const',
    'format',
    'deprecated',
    'readOnly',
    'writeOnly',
    'contentMediaType',
    'contentEncoding',
  ],
  ...['minimum', 'maximum', 'exclusiveMinimum', 'exclusiveMaximum', 'multipleOf'],
  ...['minLength', 'maxLength', 'pattern', 'minItems', 'maxItems', 'uniqueItems', 'items'],
  ...['properties', 'required', 'additionalProperties', 'minProperties', 'maxProperties'],
  ...['allOf', 'anyOf', 'oneOf', 'not'],
]);

/** References whose target is looked at as a schema by itself. */
const PLAIN_REFERENCE = /^#(\/(\$defs|properties)\/[^/]+)?$/;

/** Whether one level of a schema holds nothing that could fail to compile. */
export function isPlain(schema: JsonSchema): boolean {
  if (typeof schema.$ref === 'string' && !PLAIN_REFERENCE.test(schema.$ref)) return false;
  if (Array.isArray(schema.enum) && schema.enum.length === 0) return false;
  return Object.keys(schema).every((keyword) => PLAIN.has(keyword) || keyword.startsWith('x-'));
}

/** What is wrong with a `$ref`: it must lead to another place of the same document. Null: nothing. */
export function referenceProblem(root: JsonSchema, reference: unknown): string | null {
  if (typeof reference !== 'string') return null;
  if (!reference.startsWith('#')) {
    return 'must point into this schema, such as #/$defs/Size: schemas elsewhere are never fetched';
  }
  // An anchor, which the compiler looks up.
  if (reference !== '#' && !reference.startsWith('#/')) return null;
  const seen = new Set<string>();
  for (let next: unknown = reference; typeof next === 'string' && next.startsWith('#/');) {
    if (seen.has(next)) return `goes round in a circle: ${[...seen, next].join(' → ')}`;
    // Nobody follows it further; and a chain of thousands, each followed to its end, would hold the server up for minutes.
    if (seen.size === MAX_REF_CHAIN) return `leads over more than ${MAX_REF_CHAIN} other references`;
    seen.add(next);
    const target = atPointer(root, next);
    if (!isJsonObject(target) && typeof target !== 'boolean') return `leads nowhere: ${next}`;
    next = isJsonObject(target) ? target.$ref : undefined;
  }
  return null;
}

/** RFC 6901 §6. What is not well formed leads nowhere. */
function atPointer(root: unknown, reference: string): unknown {
  try {
    const tokens = decodeURIComponent(reference.slice(2)).split('/');
    return tokens
      .map((token) => token.replaceAll('~1', '/').replaceAll('~0', '~'))
      .reduce<unknown>(
        (holder, key) =>
          typeof holder === 'object' && holder !== null && Object.hasOwn(holder, key)
            ? (holder as Record<string, unknown>)[key]
            : undefined,
        root,
      );
  } catch {
    return undefined;
  }
}
