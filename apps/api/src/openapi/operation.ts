import { type ApiRouteFacts, schemas } from '#libs/http';
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

const JSON_TYPE = 'application/json';

const WHO: Record<string, string> = { admin: 'administrators', curator: 'curators' };

/** What Nest knows of a route, with what only its own code can say. */
export function toOperation(method: string, scanned: Operation, route: AdminRoute): Operation {
  const { summary, description, body, entityTag } = route.facts;
  const { requestBody, operationId } = scanned;
  return {
    operationId,
    tags: [route.tag],
    summary,
    description: [description, `For ${route.roles.map((role) => WHO[role]).join(' and ')}.`]
      .filter(Boolean)
      .join(' '),
    parameters: parametersOf(scanned, entityTag),
    ...(requestBody !== undefined && { requestBody }),
    ...(body && {
      requestBody: { required: true, content: { [body.mediaType ?? JSON_TYPE]: { schema: body.schema } } },
    }),
    responses: responsesOf(scanned, route),
    // A browser's session alone changes nothing: other sites could have sent it.
    security: [{ apiKey: [] }, method === 'get' ? { session: [] } : { session: [], csrfToken: [] }],
    'x-roles': route.roles,
  } as Operation;
}

/** Of headers Nest knows at most that they are read. */
function parametersOf({ parameters = [] }: Operation, entityTag: ApiRouteFacts['entityTag']) {
  const others = parameters.filter((parameter) => parameter.in !== 'header');
  if (entityTag !== 'accepted' && entityTag !== 'required') return others;
  const required = entityTag === 'required';
  const description = `The \`ETag\` that was read, with its quotes, or \`*\`${required ? '' : '; left out: whatever stands'}`;
  return [...others, { name: 'If-Match', in: 'header', required, description, schema: schemas.text }];
}

function responsesOf({ parameters = [], requestBody, responses }: Operation, { facts }: AdminRoute) {
  const success = Object.keys(responses).find((status) => status.startsWith('2')) ?? '200';
  const { answer, mediaType = JSON_TYPE, refusals = {}, entityTag } = facts;
  const takesInput =
    facts.body !== undefined ||
    requestBody !== undefined ||
    parameters.some((parameter) => parameter.in !== 'path');
  const example = answer?.type === 'object' && { example: sampleOf(answer) };
  return {
    [success]: {
      description: answer ? 'Done.' : 'Done; there is nothing to tell.',
      ...(answer &&
        entityTag && { headers: { ETag: { schema: schemas.text, description: 'What it is now.' } } }),
      ...(answer && { content: { [mediaType]: { schema: answer, ...example } } }),
    },
    ...(takesInput && { 400: responseRef('BadInput') }),
    401: responseRef('Unauthenticated'),
    403: responseRef('Forbidden'),
    ...(parameters.some((parameter) => parameter.in === 'path') && { 404: responseRef('NotFound') }),
    ...(entityTag === 'accepted' || entityTag === 'required' ? { 412: responseRef('Changed') } : {}),
    ...(entityTag === 'required' && { 428: responseRef('NoTag') }),
    ...Object.fromEntries(Object.entries(refusals).map(([status, when]) => [status, errorResponse(when)])),
    default: responseRef('Failure'),
  };
}
