/** A JSON Schema of draft 2020-12, which OpenAPI 3.1 builds on. One with a `title` is a type of its own in the description. */
export type JsonSchema = Readonly<Record<string, unknown>>;

/** What the descriptions of answers are made of. */
export const schemas = {
  uuid: { type: 'string', format: 'uuid', examples: ['7f1c1a52-0f2e-4a53-9d55-6a3f0f4c2b11'] },
  time: { type: 'string', format: 'date-time', examples: ['2026-11-23T09:30:00.000Z'] },
  email: { type: 'string', format: 'email', examples: ['ada@example.com'] },
  text: { type: 'string' },
  flag: { type: 'boolean' },
  /** 0 or more. */
  count: { type: 'integer', minimum: 0 },
  integer: { type: 'integer' },
  number: { type: 'number' },
  /** Decimal in a string, as money is told. */
  decimal: { type: 'string', pattern: '^\\d+(\\.\\d+)?$', examples: ['0.0040'] },
  /** An object whose fields are not known beforehand. */
  object: { type: 'object' },
  like: (example: unknown): JsonSchema => ({ type: typeof example, examples: [example] }),
  oneOf: (values: readonly string[]): JsonSchema => ({ type: 'string', enum: values }),
  listOf: (items: JsonSchema): JsonSchema => ({ type: 'array', items }),
  orNull: (schema: JsonSchema): JsonSchema => ({ anyOf: [schema, { type: 'null' }] }),
  view,
  pageOf,
  cursorPageOf,
};

/**
 * The schema of a view. The compiler holds its fields against the view's; the tests of the routes hold the answers
 * against the schema.
 * @param title the type's name in the description of the API, unique over all libs
 * @param optional fields that may be missing
 */
function view<View>(
  title: string,
  properties: Record<keyof View & string, JsonSchema>,
  optional: readonly (keyof View & string)[] = [],
): JsonSchema {
  return { title, ...objectOf(properties, optional) };
}

/** The schema of a `ListPage`. */
function pageOf(items: JsonSchema): JsonSchema {
  const { count } = schemas;
  return objectOf({ items: schemas.listOf(items), page: count, limit: count, total: count });
}

/** The schema of a list that is read by cursor. */
function cursorPageOf(items: JsonSchema): JsonSchema {
  const { count, orNull, text } = schemas;
  return objectOf({ items: schemas.listOf(items), limit: count, nextCursor: orNull(text) });
}

function objectOf(properties: Record<string, JsonSchema>, optional: readonly string[] = []): JsonSchema {
  const required = Object.keys(properties).filter((name) => !optional.includes(name));
  return { type: 'object', properties, required, additionalProperties: false };
}
