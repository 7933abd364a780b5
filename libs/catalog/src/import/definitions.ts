import type {
  Category,
  EntryKind,
  EntryStatus,
  Example,
  FieldMappings,
  Price,
  TemplateContext,
  Visibility,
} from '../catalog.types.js';

/** What a model and a wrapper definition share. */
interface EntryDefinition {
  /** First half of the endpoint; default `modelrunner`. */
  owner?: string;
  /** Second half of the endpoint. */
  alias: string;
  name: string;
  category: Category;
  /** The field's name for what it does, such as `image-to-image`. */
  task: string;
  /** One line, at most 200 characters. */
  summary: string;
  /** Markdown. */
  description: string;
  /** JSON Schema 2020-12 of an object. */
  inputSchema: object;
  /** Inputs and outputs that fit the schemas. */
  examples?: Example[];
  /** http(s) URL, or a path on this server. */
  thumbnailUrl?: string | null;
  /** Default `public`. */
  visibility?: Visibility;
  /** Default `published`. */
  status?: EntryStatus;
}

/** A model as it is imported. */
export interface ModelDefinition extends EntryDefinition {
  outputSchema: object;
  price: Price;
  typicalSeconds?: number | null;
  /** So many of its requests run at once, over all workers; left out: as many as there is room for. */
  maxConcurrency?: number | null;
  engine: string;
  engineSettings?: Record<string, unknown>;
}

/** One base model of a wrapper definition. */
interface BaseModelDefinition {
  /** Endpoint of a model that is in the catalogue. */
  model: string;
  /** Default `prompt`; null when the model takes no prompt. */
  promptField?: string | null;
  fieldMappings?: FieldMappings;
}

/** A wrapper as it is imported. */
export interface WrapperDefinition extends EntryDefinition {
  /** Handlebars; default empty. */
  promptTemplate?: string;
  templateContext?: TemplateContext;
  baseModels: BaseModelDefinition[];
  /** Endpoint of one of `baseModels`; default the first. */
  defaultBaseModel?: string;
}

/** One curated list, in the curator's order. */
export interface RecommendationList {
  kind: EntryKind;
  category: Category;
  items: { endpoint: string; note?: string }[];
}

/** What an import did, a row per definition in its order. */
export interface ImportReport {
  created: number;
  updated: number;
  unchanged: number;
  /** A release would have changed them, but people have: they are left as they are. */
  kept: number;
  rows: { endpoint: string; outcome: 'created' | 'updated' | 'unchanged' | 'kept'; version: number }[];
}

export const DEFAULT_OWNER = 'modelrunner';

/** The endpoint that a definition is for. */
export const endpointOf = ({ owner = DEFAULT_OWNER, alias }: { owner?: string; alias: string }): string =>
  `${owner}/${alias}`;
