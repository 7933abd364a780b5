import { AppError } from '#libs/errors';

/** `owner/alias`, split. */
export interface EndpointName {
  owner: string;
  alias: string;
}

/** Lower-case letters, digits, dot, dash and underscore; starts with a letter or digit; at most 64 characters. */
const PART = '[a-z0-9][a-z0-9._-]{0,63}';
const ENDPOINT = new RegExp(`^(${PART})/(${PART})$`);
const PART_ALONE = new RegExp(`^${PART}$`);

/** Whether the text can be an owner or an alias. */
export const isEndpointPart = (text: string): boolean => PART_ALONE.test(text);

/**
 * Splits what a caller calls an endpoint. Surrounding space and upper case are forgiven, since assistants copy
 * names out of prose.
 *
 * @throws AppError `invalid_request` when it is not of the form `owner/alias`
 */
export function parseEndpoint(text: unknown): EndpointName {
  const given = typeof text === 'string' ? text.trim().toLowerCase() : '';
  const [, owner, alias] = ENDPOINT.exec(given) ?? [];
  if (owner && alias) return { owner, alias };
  const shown = given.length > 80 ? `${given.slice(0, 80)}…` : given;
  throw new AppError(
    'invalid_request',
    given ? `"${shown}" is not an endpoint.` : 'The endpoint is missing.',
    {
      validationErrors: [
        { path: 'endpoint', message: 'must have the form owner/alias, for example modelrunner/upscale' },
      ],
      nextStep: 'Find endpoints with search, recommended_models or list_models.',
    },
  );
}

/** The text form of an endpoint. */
export const formatEndpoint = ({ owner, alias }: EndpointName): string => `${owner}/${alias}`;
