import { Injectable } from '@nestjs/common';
import { PreparedQueries } from '#libs/database';
import { FIND_ENTRY, LIST_RECOMMENDED, NEAREST_ENDPOINTS } from './catalog.sql.js';
import type {
  Category,
  EntryKind,
  Example,
  FieldMappings,
  JsonObject,
  JsonSchema,
  PriceUnit,
  TemplateContext,
} from './catalog.types.js';
import type { EndpointName } from './endpoint-name.js';

/** A price as the table holds it. */
export interface PriceColumns {
  priceUnit: PriceUnit;
  /** PostgreSQL's decimal text, six decimals. */
  priceAmount: string;
}

export interface SummaryRow extends PriceColumns {
  kind: EntryKind;
  endpoint: string;
  name: string;
  category: Category;
  task: string;
  summary: string;
  thumbnailUrl: string | null;
}

/** A model that an entry runs on: the entry itself, or a base model of the wrapper. */
export interface ModelRow extends PriceColumns {
  modelId: string;
  endpoint: string;
  version: number;
  inputSchema: JsonSchema;
  outputSchema: JsonSchema;
  typicalSeconds: number | null;
  engine: string;
  engineSettings: JsonObject;
  isDefault: boolean;
  /** Base models of wrappers only. */
  promptField?: string | null;
  fieldMappings?: FieldMappings;
}

/** One entry with all its models. */
export interface EntryRow {
  id: string;
  kind: EntryKind;
  version: number;
  endpoint: string;
  /** Published and not private: everybody who names it sees this very row. */
  isForAll: boolean;
  name: string;
  category: Category;
  task: string;
  description: string;
  inputSchema: JsonSchema;
  examples: Example[];
  promptTemplate: string | null;
  templateContext: TemplateContext | null;
  models: ModelRow[];
}

/** Reads of the catalogue, one prepared statement each. */
@Injectable()
export class CatalogRepository {
  constructor(private readonly queries: PreparedQueries) {}

  recommended(kind: EntryKind, category: Category): Promise<{ summary: SummaryRow; note: string }[]> {
    return this.queries.rows('catalog_recommended', LIST_RECOMMENDED, [kind, category]);
  }

  async find({ owner, alias }: EndpointName, userId: string): Promise<EntryRow | null> {
    const [row] = await this.queries.rows<EntryRow>('catalog_find', FIND_ENTRY, [owner, alias, userId]);
    return row ?? null;
  }

  /** Public endpoints whose alias is like the given one, the most alike first. */
  async nearest({ owner, alias }: EndpointName): Promise<string[]> {
    const rows = await this.queries.rows<{ endpoint: string }>('catalog_nearest', NEAREST_ENDPOINTS, [
      owner,
      alias,
    ]);
    return rows.map((row) => row.endpoint);
  }
}
