import { In, type EntityManager } from 'typeorm';
import { CatalogEntry } from '../entities/catalog-entry.entity.js';
import { endpointOf } from './definitions.js';

/** Reads entries by endpoint, in one query. */
export async function findEntries(
  manager: EntityManager,
  endpoints: readonly string[],
): Promise<Map<string, CatalogEntry>> {
  if (endpoints.length === 0) return new Map();
  const names = endpoints.map((endpoint) => endpoint.split('/'));
  const half = (index: 0 | 1) => In([...new Set(names.map((name) => name[index] ?? ''))]);
  const found = await manager.findBy(CatalogEntry, { owner: half(0), alias: half(1) });
  const wanted = new Set(endpoints);
  return new Map(
    found.map((entry) => [endpointOf(entry), entry] as const).filter(([endpoint]) => wanted.has(endpoint)),
  );
}
