import type { INestApplication } from '@nestjs/common';
import { DocumentBuilder, type OpenAPIObject, SwaggerModule } from '@nestjs/swagger';
import { APP_CONFIG, type AppConfig } from '#libs/config';
import { adminRoutes, operationId } from './admin-routes.js';
import { ERROR_RESPONSES, ERROR_SCHEMA } from './error-responses.js';
import { describeDtos } from './dto-properties.js';
import { type Operation, toOperation } from './operation.js';
import type { JsonSchema } from './json-schema.js';
import { namedSchemas } from './named-schemas.js';

const ABOUT = `JSON over HTTP for administrators and, where a route says so, curators.

Names are camelCase, times RFC 3339 in UTC. Lists have a limit and go by page or by cursor. A field that is not known is refused. Each change is a record of the audit trail.`;

/**
 * The admin REST as OpenAPI 3.1: the routes and their inputs as Nest and class-validator have them, what they answer as
 * their `@ApiRoute` says.
 */
export function describeAdminApi(app: INestApplication): OpenAPIObject {
  const dtos = describeDtos();
  const routes = adminRoutes(app);
  const scanned = SwaggerModule.createDocument(app, introduction(app), {
    extraModels: dtos,
    autoTagControllers: false,
    operationIdFactory: operationId,
  });
  const paths: Record<string, Record<string, Operation>> = {};
  for (const [path, methods] of Object.entries(scanned.paths)) {
    for (const [method, operation] of Object.entries(methods as Record<string, Operation>)) {
      const route = routes.get(operation.operationId);
      if (route) (paths[path] ??= {})[method] = toOperation(method, operation, route);
    }
  }
  const known = scanned.components?.schemas as Record<string, JsonSchema>;
  const named = namedSchemas(paths, { ...closed(known), Error: ERROR_SCHEMA });
  return {
    ...scanned,
    tags: [...new Set([...routes.values()].map(({ tag }) => tag))].sort().map((name) => ({ name })),
    paths: named.value,
    components: { ...scanned.components, responses: ERROR_RESPONSES, schemas: named.schemas },
  };
}

function introduction(app: INestApplication): Omit<OpenAPIObject, 'paths'> {
  return new DocumentBuilder()
    .setOpenAPIVersion('3.1.0')
    .setTitle('ModelRunner administration')
    .setDescription(ABOUT)
    .setVersion('1')
    .setLicense('MIT', 'https://opensource.org/license/mit')
    .addServer(app.get<AppConfig>(APP_CONFIG).issuer)
    .addApiKey(
      { type: 'apiKey', in: 'header', name: 'Authorization', description: '`Key <key>` or `Bearer <key>`' },
      'apiKey',
    )
    .addApiKey(
      { type: 'apiKey', in: 'cookie', name: sessionCookie(app), description: 'The session of a browser' },
      'session',
    )
    .addApiKey(
      {
        type: 'apiKey',
        in: 'header',
        name: 'x-csrf-token',
        description: 'The `_csrf` value of any page, with a session',
      },
      'csrfToken',
    )
    .build();
}

const sessionCookie = (app: INestApplication): string =>
  app.get<AppConfig>(APP_CONFIG).secure ? '__Host-sid' : 'sid';

/** No DTO takes a field that it does not know. */
function closed(dtos: Record<string, JsonSchema>): Record<string, JsonSchema> {
  return Object.fromEntries(
    Object.entries(dtos).map(([name, schema]) => [name, { ...schema, additionalProperties: false }]),
  );
}
