import { Reflector } from '@nestjs/core';
import type { JsonSchema } from './json-schemas.js';

/** What the description of the API says of a route beside what its code says anyway. */
export interface ApiRouteFacts {
  /** What it does, as a heading: `List users, by address`. */
  summary: string;
  /** What else there is to know, in sentences. */
  description?: string;
  /** What it reads where that is no DTO; JSON if the media type is left out. */
  body?: { schema: JsonSchema; mediaType?: string };
  /** The answer has an `ETag`, if there is one; and whether a change may or must name it in `If-Match`. */
  entityTag?: 'answered' | 'accepted' | 'required';
  /** What it answers; left out: nothing (204). */
  answer?: JsonSchema;
  /** Media type of the answer where it is not JSON. */
  mediaType?: string;
  /** When it is refused beyond bad input, missing rights and unknown ids: by HTTP status. */
  refusals?: Readonly<Record<number, string>>;
}

/** Every route under `/admin` has it; a test looks for those that do not. */
export const ApiRoute = Reflector.createDecorator<ApiRouteFacts>();
