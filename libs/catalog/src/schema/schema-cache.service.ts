import { Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import type { JsonSchema } from '../catalog.types.js';
import { compileSchema, type CompiledSchema } from './compiled-schema.js';

const MAX_COMPILED = 500;

/**
 * Compiled input schemas by entry and version. A changed entry has a new version, so nothing is ever stale; what
 * nobody calls any more falls out.
 */
@Injectable()
export class SchemaCache {
  private readonly compiled = new LRUCache<string, CompiledSchema>({ max: MAX_COMPILED });

  get(entryId: string, version: number, schema: JsonSchema): CompiledSchema {
    const key = `${entryId}:${version}`;
    const known = this.compiled.get(key);
    if (known) return known;
    const fresh = compileSchema(schema);
    this.compiled.set(key, fresh);
    return fresh;
  }
}
