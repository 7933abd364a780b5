import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { KnownBytes } from './compare.js';

/** Rows read at a time. */
const PAGE = 1_000;

const TABLES = [
  'SELECT storage_key, size FROM files',
  'SELECT storage_key, size FROM upload_parts',
  'SELECT storage_key, NULL::bigint FROM pending_files',
];

const PAGE_QUERY = `
  SELECT storage_key AS "storageKey", size FROM (
    ${TABLES.map((table) => `(${table} WHERE storage_key > $1 ORDER BY storage_key LIMIT ${PAGE})`).join(' UNION ALL ')}
  ) AS known (storage_key, size)
  ORDER BY storage_key LIMIT ${PAGE}`;

const THESE_QUERY = `
  SELECT storage_key AS "storageKey", size FROM (
    ${TABLES.map((table) => `${table} WHERE storage_key = ANY($1::text[])`).join(' UNION ALL ')}
  ) AS known (storage_key, size)`;

interface Row {
  storageKey: string;
  /** `bigint` comes as text. */
  size: string | null;
}

/** Everything that may be in the storage, as the database has it. */
@Injectable()
export class KnownBytesRepository {
  constructor(private readonly dataSource: DataSource) {}

  /** All, in the order of the keys, a page at a time. */
  async *all(): AsyncGenerator<KnownBytes> {
    let last = '';
    for (let read = PAGE; read === PAGE;) {
      const rows = await this.dataSource.query<Row[]>(PAGE_QUERY, [last]);
      for (const row of rows) yield knownBytes(row);
      last = rows.at(-1)?.storageKey ?? last;
      read = rows.length;
    }
  }

  /** Of these keys, those that are known now. */
  async these(storageKeys: string[]): Promise<Map<string, KnownBytes>> {
    const rows = await this.dataSource.query<Row[]>(THESE_QUERY, [storageKeys]);
    return new Map(rows.map((row) => [row.storageKey, knownBytes(row)]));
  }

  async count(): Promise<number> {
    const [row] = await this.dataSource.query<{ n: string }[]>(
      'SELECT (SELECT count(*) FROM files) + (SELECT count(*) FROM upload_parts) AS n',
    );
    return Number(row?.n ?? 0);
  }

  /** Forgets parts of uploads: their client is told at the completion that they are not there. */
  async deleteParts(storageKeys: string[]): Promise<void> {
    await this.dataSource.query('DELETE FROM upload_parts WHERE storage_key = ANY($1::text[])', [
      storageKeys,
    ]);
  }
}

const knownBytes = ({ storageKey, size }: Row): KnownBytes => ({
  storageKey,
  size: size === null ? null : Number(size),
});
