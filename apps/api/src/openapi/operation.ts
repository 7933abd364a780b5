import type { AdminRoute } from './admin-routes.js';
import { errorResponse, responseRef } from './error-responses.js';
import { type JsonSchema, sampleOf } from './json-schema.js';

/** An operation of the description, as far as this code looks into it. */
export interface Operation {
  operationId: string;
  parameters?: { name: string; in: string; required?: boolean; description?: string; schema?: JsonSchema }[];
  requestBody?: unknown;
  responses: Record<string, unknown>;
}

const WHO: Record<string, string> = { admin: 'administrators', curator: 'curators' };

/** What Nest knows of a route, with what only its own code can say. */
export function toOperation(method: string, scanned: Operation, route: AdminRoute): Operation {
  const { summary, description, body } = route.facts;
  const { requestBody, parameters = [], operationId } = scanned;
  return {
    operationId,
    tags: [route.tag],
    summary,
    description: [description, `For ${route.roles.map((role) => WHO[role]).join(' and ')}.`]
      .filter(Boolean)
      .join(' '),
    parameters,
    ...(requestBody !== undefined && { requestBody }),
    ...(body && { requestBody: { required: true, content: { [body.mediaType]: { schema: body.schema } } } }),
    responses: responsesOf(scanned, route),
    // A browser's session alone changes nothing: other sites could have sent it.
    security: [{ apiKey: [] }, method === 'get' ? { session: [] } : { session: [], csrfToken: [] }],
    'x-roles': route.roles,
  } as Operation;
}

function responsesOf({ parameters = [], requestBody, responses }: Operation, { facts }: AdminRoute) {
  const success = Object.keys(responses).find((status) => status.startsWith('2')) ?? '200';
  const { answer, mediaType = 'application/json', refusals = {} } = facts;
  const takesInput = requestBody !== undefined || parameters.some((parameter) => parameter.in !== 'path');
  const example = answer?.type === 'object' && { example: sampleOf(answer) };
  return {
    [success]: {
      description: answer ? 'Done.' : 'Done; there is nothing to tell.',
      ...(answer && { content: { [mediaType]: { schema: answer, ...example } } }),
    },
    ...(takesInput && { 400: responseRef('BadInput') }),
    401: responseRef('Unauthenticated'),
    403: responseRef('Forbidden'),
    ...(parameters.some((parameter) => parameter.in === 'path') && { 404: responseRef('NotFound') }),
    ...Object.fromEntries(Object.entries(refusals).map(([status, when]) => [status, errorResponse(when)])),
    default: responseRef('Failure'),
  };
}
