/** A schema of the description, as far as this code looks into it. */
export type JsonSchema = Readonly<Record<string, unknown>>;

/** A value that fits the schema: its examples, defaults and first choices. `named` are the schemas that it refers to. */
export function sampleOf(schema: JsonSchema, named: Readonly<Record<string, JsonSchema>> = {}): unknown {
  const { $ref, examples, anyOf, type, properties, items } = schema;
  if (typeof $ref === 'string') return sampleOf(named[$ref.split('/').at(-1)!] ?? {}, named);
  if (Array.isArray(examples)) return examples[0];
  if ('default' in schema) return schema.default;
  if (Array.isArray(schema.enum)) return schema.enum[0];
  if (Array.isArray(anyOf)) return sampleOf(anyOf[0] as JsonSchema, named);
  if (type === 'array') return [sampleOf((items ?? {}) as JsonSchema, named)];
  if (type === 'object') {
    const fields = Object.entries((properties ?? {}) as Record<string, JsonSchema>);
    return Object.fromEntries(fields.map(([name, field]) => [name, sampleOf(field, named)]));
  }
  const [first] = [type].flat();
  return SAMPLES[String(schema.format ?? first)] ?? null;
}

const SAMPLES: Record<string, unknown> = {
  email: 'ada@example.com',
  uuid: '7f1c1a52-0f2e-4a53-9d55-6a3f0f4c2b11',
  string: '…',
  integer: 1,
  number: 1.5,
  boolean: true,
};
