import { ERROR_CATALOGUE } from '#libs/errors';
import { schemas } from '#libs/http';
import type { JsonSchema } from './json-schema.js';

const { text } = schemas;

/** What every refusal answers. */
export const ERROR_SCHEMA: JsonSchema = {
  title: 'Error',
  type: 'object',
  properties: {
    error: { ...text, description: 'What went wrong, in a sentence.' },
    request_id: { ...text, description: 'The log has more under it.' },
    details: {
      type: 'object',
      properties: {
        code: { type: 'string', enum: Object.keys(ERROR_CATALOGUE) },
        validationErrors: {
          type: 'array',
          description: 'Every field that does not fit.',
          items: { type: 'object', properties: { path: text, message: text }, required: ['path', 'message'] },
        },
      },
      required: ['code'],
    },
  },
  required: ['error', 'request_id', 'details'],
};

const CONTENT = { 'application/json': { schema: { $ref: '#/components/schemas/Error' } } };

export const errorResponse = (description: string) => ({ description, content: CONTENT });

/** Those that many routes have. */
export const ERROR_RESPONSES = {
  BadInput: errorResponse('A field or parameter is not known or does not fit; all of them are named.'),
  Unauthenticated: errorResponse('No key or session, or one that is none.'),
  Forbidden: errorResponse('The key or session of another role, or a key that was made for less.'),
  NotFound: errorResponse('Nobody has this id.'),
  Changed: errorResponse('Somebody else changed it after it was read: `If-Match` names another state.'),
  NoTag: errorResponse('`If-Match` is missing.'),
  Failure: errorResponse('The server failed, or cannot answer right now.'),
};

export const responseRef = (name: keyof typeof ERROR_RESPONSES) => ({
  $ref: `#/components/responses/${name}`,
});
