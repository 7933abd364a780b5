import type { Client } from 'pg';

export interface GeneratedEntry {
  kind: 'model' | 'wrapper';
  owner: string;
  alias: string;
  name: string;
  category: string;
  task: string;
  summary: string;
  description: string;
  /** A word that tells it from others of its task, such as `anime`. */
  quality: string | null;
}
export function seededRandom(seed: number): () => number;
export function generateCatalog(count: number): GeneratedEntry[];
export function insertCatalog(client: Pick<Client, 'query'>, entries: GeneratedEntry[]): Promise<void>;
