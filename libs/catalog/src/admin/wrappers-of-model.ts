import type { EntityManager } from 'typeorm';

/** So many are named; more are counted. */
const MOST_NAMED = 10;

/** The wrappers that run on a model, in words; nothing for a wrapper itself. */
export async function wrappersOf(manager: EntityManager, modelId: string): Promise<string[]> {
  const rows = await manager.query<{ endpoint: string }[]>(
    `SELECT e.owner || '/' || e.alias AS endpoint FROM catalog_entries e
     WHERE e.id IN (SELECT wrapper_id FROM wrapper_base_models WHERE model_id = $1) ORDER BY 1`,
    [modelId],
  );
  if (rows.length === 0) return [];
  const named = rows.slice(0, MOST_NAMED).map(({ endpoint }) => endpoint);
  const more = rows.length - named.length;
  const noun = rows.length === 1 ? 'wrapper' : 'wrappers';
  return [`the ${noun} ${named.join(', ')}${more > 0 ? ` and ${more} more` : ''}`];
}
