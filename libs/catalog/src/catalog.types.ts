/** A JSON Schema (2020-12) object. Boolean schemas are legal inside it, but not at the top of an endpoint. */
export type JsonSchema = Readonly<Record<string, unknown>>;

/** Any JSON object: an input, an output, engine settings. */
export type JsonObject = Record<string, unknown>;

/** The three shelves of the catalogue. */
export const CATEGORIES = ['image', 'video', 'utility'] as const;
export type Category = (typeof CATEGORIES)[number];

/** What one charge counts. */
export const PRICE_UNITS = ['request', 'second', 'output', 'megapixel'] as const;
export type PriceUnit = (typeof PRICE_UNITS)[number];

/** `private`: its owner only. `unlisted`: whoever knows the endpoint. `public`: listed too. */
export const VISIBILITIES = ['private', 'unlisted', 'public'] as const;
export type Visibility = (typeof VISIBILITIES)[number];

/** A draft works for its owner only, whatever its visibility. */
export const STATUSES = ['draft', 'published'] as const;
export type EntryStatus = (typeof STATUSES)[number];

/** What stands behind an endpoint. */
export type EntryKind = 'model' | 'wrapper';

/** Money is a decimal string in USD, never a float. */
export interface Price {
  unit: PriceUnit;
  /** For example `"0.0040"`: at least four decimals. */
  amountUsd: string;
}

/** One tried call of an endpoint. */
export interface Example {
  input: JsonObject;
  output: JsonObject;
}

/** One page of a list. `total` counts all pages. */
export interface Page<Item> {
  items: Item[];
  page: number;
  limit: number;
  total: number;
  hasMore: boolean;
}

/** How a wrapper's input becomes one base model's; the steps run in the order of the fields here. */
export interface FieldMappings {
  /** Target field ← array of what the source fields hold, in order. Absent sources are left out. */
  collectFields?: Record<string, string[]>;
  /** Fixed and hidden values. The caller cannot override them. */
  staticValues?: JsonObject;
  /** Field → choice → several fields: one friendly choice expands, the field itself goes away. */
  presets?: Record<string, Record<string, JsonObject>>;
  /** From → to. All at once, so two fields can change places. */
  renames?: Record<string, string>;
  /** Fields that the base model does not take. */
  omit?: string[];
}

/** Data beside the input that a template can read, as `maps` and `constants`. */
export interface TemplateContext {
  maps?: JsonObject;
  constants?: JsonObject;
}
