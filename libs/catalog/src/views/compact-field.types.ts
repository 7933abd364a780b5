/**
 * What one field may hold, as a language model needs it. Of an array that is no array of arrays, and of an object
 * with any names, the keywords for single values are those of the items.
 */
export interface CompactShape {
  /** JSON type or types, for example `string`, `number|null`, `array of string`, `object of number` (any names). */
  type: string;
  default?: unknown;
  /** At most 20 values; the description tells how many there are. */
  enum?: unknown[];
  minimum?: number;
  maximum?: number;
  exclusiveMinimum?: number;
  exclusiveMaximum?: number;
  multipleOf?: number;
  minLength?: number;
  maxLength?: number;
  minItems?: number;
  maxItems?: number;
  uniqueItems?: boolean;
  minProperties?: number;
  maxProperties?: number;
  pattern?: string;
  /** Pattern of the names in an object with any names. */
  keyPattern?: string;
  format?: string;
  description?: string;
  /** Fields of an object, or of the objects in an array. */
  fields?: CompactField[];
  /** What the fields must fulfil together. */
  rules?: string[];
  /** Items of an array in an array; of a tuple one shape for each place. */
  items?: CompactShape | CompactShape[];
  /** Other forms that are as good. */
  or?: CompactShape[];
}

/** One field of an endpoint. `required` and `description` may be missing where an answer had to be made small. */
export interface CompactField extends CompactShape {
  name: string;
  required?: boolean;
}
