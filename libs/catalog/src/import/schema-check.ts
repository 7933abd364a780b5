import { Ajv2020 } from 'ajv/dist/2020.js';
import { RE2JS } from 're2js';
import type { FieldError } from '#libs/errors';
import type { JsonSchema } from '../catalog.types.js';
import { compileSchema } from '../schema/compiled-schema.js';
import { isJsonObject } from '../schema/local-ref.js';
import { structureProblem } from '../schema/schema-structure.js';
import { toFieldErrors } from '../schema/validation-messages.js';
import { isPlain, referenceProblem } from './schema-keywords.js';

const DIALECT = 'https://json-schema.org/draft/2020-12/schema';
/** Largest schema, as JSON text. */
const MAX_CHARACTERS = 256 * 1024;
/** Deepest nesting of one, counted in JSON values. */
const MAX_DEPTH = 64;
/** Schemas in a schema. Compiling is one piece of work that nothing interrupts: a thousand take most of a second. */
const MAX_SUBSCHEMAS = 1_000;
/** Characters of a pattern, and of all together, for the same reason. */
const MAX_PATTERN = 500;
const MAX_PATTERNS = 4_000;
/** More patterns than this say nothing that the first ones did not. */
const MAX_PROBLEMS = 20;

/** Holds the compiled meta-schema of 2020-12, which takes longer to compile than most schemas. */
const metaSchemas = new Ajv2020({ strict: false, allErrors: true, verbose: true, logger: false });

const at = (path: string, message: string): FieldError => ({ path, message });
const join = (path: string, name: string | number): string => (path ? `${path}.${name}` : String(name));

/**
 * Whether a schema may be saved: a JSON Schema of 2020-12, for an object, complete in itself (no remote `$ref`), with
 * patterns that take linear time, not too large and not too deep.
 *
 * @returns everything that is wrong with it, by path inside the schema; empty when it can be compiled
 */
export function schemaProblems(schema: unknown): FieldError[] {
  if (!isJsonObject(schema)) return [at('', 'must be a JSON Schema object')];
  const { $schema: dialect = DIALECT, type } = schema;
  if (dialect !== DIALECT) return [at('$schema', `must be ${DIALECT}: other drafts are not taken`)];
  if (type !== 'object') return [at('type', 'must be "object": an input or output is an object')];
  if (isTooDeep(schema)) return [at('', `is nested more than ${MAX_DEPTH} levels deep`)];
  if (JSON.stringify(schema).length > MAX_CHARACTERS)
    return [at('', `is larger than ${MAX_CHARACTERS / 1024} KiB`)];
  if (metaSchemas.validateSchema(schema) !== true) return toFieldErrors(metaSchemas.errors ?? []);
  const problems = keywordProblems(schema);
  const structure = structureProblem(schema);
  if (structure !== null) problems.push(at('', structure));
  return problems.length > 0 ? problems : compileProblem(schema);
}

/** Level by level, without recursion: what is too deep for the stack is too deep. */
function isTooDeep(schema: JsonSchema): boolean {
  let level: unknown[] = [schema];
  for (let depth = 0; level.length > 0; depth += 1) {
    if (depth > MAX_DEPTH) return true;
    level = level.flatMap((value) =>
      typeof value === 'object' && value !== null ? (Object.values(value) as unknown[]) : [],
    );
  }
  return false;
}

/** References and patterns, wherever they stand. Data (`default`, `examples`…) is no schema and is passed over. */
function keywordProblems(root: JsonSchema): FieldError[] {
  const problems: FieldError[] = [];
  let subschemas = 0;
  let patternCharacters = 0;
  visit(root, '', (schema, path) => {
    subschemas += 1;
    if (problems.length >= MAX_PROBLEMS) return;
    const reference = referenceProblem(root, schema.$ref);
    if (reference !== null) problems.push(at(join(path, '$ref'), reference));
    const patterns = [
      ...(typeof schema.pattern === 'string' ? [['pattern', schema.pattern] as const] : []),
      ...(isJsonObject(schema.patternProperties) ? Object.keys(schema.patternProperties) : []).map(
        (pattern) => ['patternProperties', pattern] as const,
      ),
    ];
    for (const [keyword, pattern] of patterns) {
      patternCharacters += pattern.length;
      if (patternCharacters > MAX_PATTERNS) return;
      const problem = patternProblem(pattern);
      if (problem !== null) problems.push(at(join(path, keyword), problem));
    }
  });
  if (subschemas > MAX_SUBSCHEMAS) problems.push(at('', `has more than ${MAX_SUBSCHEMAS} schemas in it`));
  if (patternCharacters > MAX_PATTERNS)
    problems.push(at('', `has patterns of more than ${MAX_PATTERNS} characters in all`));
  return problems;
}

const LISTS_OF_SCHEMAS = ['allOf', 'anyOf', 'oneOf', 'prefixItems'];
const MAPS_OF_SCHEMAS = ['properties', 'patternProperties', '$defs', 'definitions', 'dependentSchemas'];
const SCHEMAS = [
  ...['items', 'contains', 'additionalProperties', 'propertyNames', 'unevaluatedItems'],
  ...['unevaluatedProperties', 'not', 'if', 'then', 'else', 'contentSchema'],
];

/** Calls back for a schema and each schema in it. Its depth is bounded already. */
function visit(schema: unknown, path: string, callback: (schema: JsonSchema, path: string) => void): void {
  if (!isJsonObject(schema)) return;
  callback(schema, path);
  for (const [keyword, value] of Object.entries(schema)) {
    const inside = join(path, keyword);
    if (SCHEMAS.includes(keyword)) visit(value, inside, callback);
    else if (LISTS_OF_SCHEMAS.includes(keyword) || MAPS_OF_SCHEMAS.includes(keyword)) {
      for (const [key, child] of Object.entries(value as object)) visit(child, join(inside, key), callback);
    }
  }
}

/** RE2 has no backtracking, so no pattern can run for ever; the price is that a few constructs do not exist in it. */
function patternProblem(pattern: string): string | null {
  if (pattern.length > MAX_PATTERN) return `is longer than ${MAX_PATTERN} characters`;
  try {
    RE2JS.compile(pattern);
    return null;
  } catch (error) {
    return `is not a regular expression that this server takes (no look-around, no back-references): ${(error as Error).message}`;
  }
}

/** Compiling takes a hundred times longer than all the rest, and finds something only in what is out of the ordinary. */
function compileProblem(schema: JsonSchema): FieldError[] {
  if (isPlainThroughout(schema)) return [];
  try {
    compileSchema(schema);
    return [];
  } catch (error) {
    return [at('', `cannot be used: ${(error as Error).message}`)];
  }
}

/** Whether nothing in a schema is out of the ordinary, such as a name that other schemas could have too. */
export function isPlainThroughout(schema: JsonSchema): boolean {
  let plain = true;
  visit(schema, '', (part) => {
    plain &&= isPlain(part);
  });
  return plain;
}
