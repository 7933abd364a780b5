import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { OpenAPIObject } from '@nestjs/swagger';
import Handlebars from 'handlebars';
import { type JsonSchema, sampleOf } from './json-schema.js';
import type { Operation } from './operation.js';

const read = (name: string): string => readFileSync(fileURLToPath(new URL(name, import.meta.url)), 'utf8');

const STYLE = read('./docs-page.css');
const render = Handlebars.create().compile(read('./docs-page.hbs'));

/** Longer lists fill a phone's screen. */
const MOST_VALUES_SHOWN = 6;

const STYLE_HASH = createHash('sha256').update(STYLE).digest('base64');

/** The page is whole in itself: its own style and nothing else, no script, no form. */
export const DOCS_PAGE_POLICY = `default-src 'none'; style-src 'sha256-${STYLE_HASH}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`;

type Documented = Operation & {
  summary: string;
  description: string;
  tags: string[];
  parameters: NonNullable<Operation['parameters']>;
  requestBody?: { content: Record<string, { schema: JsonSchema }> };
  responses: Record<string, DocumentedResponse>;
};

interface DocumentedResponse {
  $ref?: string;
  description?: string;
  content?: Record<string, { schema: JsonSchema; example?: unknown }>;
}

/** The description as one page for people, which a browser shows without JavaScript. */
export function renderDocsPage(document: OpenAPIObject): string {
  const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods as Record<string, Documented>).map(([method, operation]) => ({
      path,
      method,
      ...operation,
    })),
  );
  const groups = (document.tags ?? []).map(({ name }) => ({
    name,
    anchor: name.replaceAll('/', '-'),
    operations: operations
      .filter(({ tags }) => tags.includes(name))
      .map((operation) => viewOf(operation, document)),
  }));
  return render({
    title: document.info.title,
    style: new Handlebars.SafeString(STYLE),
    server: document.servers?.[0]?.url,
    about: (document.info.description ?? '').split('\n\n'),
    groups,
    types: typesOf(document),
  });
}

function viewOf(operation: Documented & { path: string; method: string }, document: OpenAPIObject) {
  const { path, method, operationId, summary, description, parameters, requestBody, responses } = operation;
  const [media] = Object.entries(requestBody?.content ?? {});
  const types = schemasOf(document);
  return {
    path,
    method: method.toUpperCase(),
    anchor: operationId,
    summary,
    description,
    parameters: parameters.map(({ name, in: where, required, description: words, schema = {} }) => ({
      name,
      where,
      required,
      ...(words ? { type: words } : typeView(schema)),
    })),
    body: media && {
      mediaType: media[0],
      type: inWords(media[1].schema),
      example: pretty(sampleOf(media[1].schema, types)),
    },
    ...answersOf(responses, document),
  };
}

/** Those with something to show, and the others: nearly the same for every route, so the page folds them. */
function answersOf(responses: Documented['responses'], document: OpenAPIObject) {
  const all = Object.entries(responses).map(([status, response]) => responseView(status, response, document));
  const isError = ({ status, example }: (typeof all)[number]) => !status.startsWith('2') && !example;
  const errors = all.filter(isError);
  const codes = errors.map(({ status }) => status).join(', ');
  return { responses: all.filter((each) => !isError(each)), errors, codes };
}

function responseView(status: string, response: DocumentedResponse, document: OpenAPIObject) {
  const shared = document.components?.responses as Record<string, DocumentedResponse>;
  const { description, content } = response.$ref ? shared[response.$ref.split('/').at(-1)!]! : response;
  const [media] = Object.entries(content ?? {});
  const example = media?.[1].example;
  return {
    status: status === 'default' ? '5xx' : status,
    description,
    type: media && inWords(media[1].schema),
    example: example === undefined ? undefined : pretty(example),
  };
}

function typesOf(document: OpenAPIObject) {
  return Object.entries(schemasOf(document)).map(([name, { properties, required }]) => ({
    name,
    fields: Object.entries((properties ?? {}) as Record<string, JsonSchema>).map(([field, schema]) => ({
      name: field,
      ...typeView(schema),
      isOptional: !((required ?? []) as string[]).includes(field),
    })),
  }));
}

const schemasOf = (document: OpenAPIObject) =>
  (document.components?.schemas ?? {}) as Readonly<Record<string, JsonSchema>>;

const pretty = (value: unknown): string => JSON.stringify(value, null, 2);

/** A schema for a table: a long list of values is folded. */
function typeView(schema: JsonSchema): { type: string; values?: string } {
  const type = inWords(schema);
  const { enum: values } = schema;
  return Array.isArray(values) && values.length > MOST_VALUES_SHOWN
    ? { type: `one of ${values.length}`, values: type }
    : { type };
}

/** A schema in one line: `string (email), at most 254 characters`. */
function inWords(schema: JsonSchema): string {
  const { $ref, anyOf, type, items, format, properties } = schema;
  if (typeof $ref === 'string') return $ref.split('/').at(-1)!;
  if (Array.isArray(anyOf)) return anyOf.map((each) => inWords(each as JsonSchema)).join(' or ');
  if (Array.isArray(schema.enum)) return schema.enum.map((value) => `"${String(value)}"`).join(' | ');
  if (type === 'array') return `list of ${inWords((items ?? {}) as JsonSchema)}`;
  const { items: listed } = (properties ?? {}) as Record<string, JsonSchema>;
  if (listed) return `page: ${inWords(listed)}`;
  return [
    `${([type ?? 'anything'].flat() as string[]).join(' or ')}${typeof format === 'string' ? ` (${format})` : ''}`,
    ...limitsOf(schema),
  ].join(', ');
}

function limitsOf(schema: JsonSchema): string[] {
  return Object.entries(LIMITS).flatMap(([key, words]) => {
    const limit = schema[key];
    return limit === undefined ? [] : [words(typeof limit === 'string' ? limit : JSON.stringify(limit))];
  });
}

const LIMITS: Record<string, (limit: string) => string> = {
  minimum: (limit) => `from ${limit}`,
  maximum: (limit) => `to ${limit}`,
  minLength: (limit) => `at least ${limit} characters`,
  maxLength: (limit) => `at most ${limit} characters`,
  pattern: (limit) => `like ${limit}`,
  default: (limit) => `${limit} if left out`,
};
