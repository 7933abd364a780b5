import { Validator } from '@seriousme/openapi-schema-validator';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import type { JsonAnswer } from '../../support/oauth-client.js';

interface Operation {
  operationId: string;
  summary?: string;
  'x-roles': string[];
  responses: Record<string, { content?: Record<string, unknown> }>;
}

interface Description {
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, object>; securitySchemes: { session: { name: string } } };
}

/** The description of the admin REST, and whether answers are what it says. */
export class AnswerChecker {
  private readonly description: Description;
  private readonly ajv = new Ajv2020({ strict: false, allErrors: true });

  constructor(description: unknown) {
    this.description = description as Description;
    addFormats.default(this.ajv);
    this.ajv.addSchema(description as object, 'api');
  }

  /** Why it is no OpenAPI 3.1. */
  async problems(): Promise<unknown[]> {
    const validator = new Validator();
    const { valid, errors } = await validator.validate(structuredClone(this.description) as never);
    const ids = this.operations().map(([, { operationId }]) => operationId);
    return [
      ...(valid ? [] : [errors ?? 'not valid']),
      ...(validator.version === '3.1' ? [] : [`version ${validator.version}`]),
      ...ids.filter((id, index) => ids.indexOf(id) !== index),
    ];
  }

  /** As `GET /admin/users/:id`. */
  routes(): string[] {
    return this.operations().map(([route]) => route);
  }

  types(): string[] {
    return Object.keys(this.description.components.schemas);
  }

  withoutSummary(): string[] {
    return this.operations().flatMap(([route, { summary }]) => (summary ? [] : [route]));
  }

  openTo(role: string): string[] {
    return this.operations().flatMap(([route, operation]) =>
      operation['x-roles'].includes(role) ? [route] : [],
    );
  }

  sessionCookie(): string {
    return this.description.components.securitySchemes.session.name;
  }

  /** In what the answer is not what the description says of its status. */
  misfits(route: string, { status, headers, body }: JsonAnswer): unknown[] {
    const [path, method] = this.placeOf(route);
    const described = this.description.paths[path]?.[method]?.responses[status];
    if (!described) return [`${status} is not described`];
    if (!described.content) return Object.keys(body).length === 0 ? [] : ['no content is described'];
    const [mediaType = ''] = Object.keys(described.content);
    if (!headers.get('content-type')?.startsWith(mediaType)) return [`is not ${mediaType}`];
    if (mediaType !== 'application/json') return [];
    return this.unfit(['paths', path, method, 'responses', String(status), 'content', mediaType], body);
  }

  /** In what a body that is taken is not what the description says. */
  bodyMisfits(route: string, body: unknown): unknown[] {
    return this.unfit(['paths', ...this.placeOf(route), 'requestBody', 'content', 'application/json'], body);
  }

  private placeOf(route: string): [path: string, method: string] {
    const [method = '', path = ''] = route.split(' ');
    return [path.replace(/:(\w+)/g, '{$1}'), method.toLowerCase()];
  }

  private unfit(content: string[], value: unknown): unknown[] {
    const pointer = [...content, 'schema'].map((part) => encodeURIComponent(part.replaceAll('/', '~1')));
    this.ajv.validate({ $ref: `api#/${pointer.join('/')}` }, value);
    return this.ajv.errors ?? [];
  }

  private operations(): [string, Operation][] {
    return Object.entries(this.description.paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, operation]): [string, Operation] => [
        `${method.toUpperCase()} ${path.replace(/\{(\w+)\}/g, ':$1')}`,
        operation,
      ]),
    );
  }
}
