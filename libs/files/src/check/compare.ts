import type { StoredObject } from '../storage/storage.port.js';
import type { CheckReport, Finding } from './check-report.js';

/** What the database knows of a key of the storage. */
export interface KnownBytes {
  storageKey: string;
  /** Bytes; null while they are being written or deleted: then anything may be there. */
  size: number | null;
}

/**
 * Goes through both sides in the order of the keys and holds one of each.
 * @param report the sides are counted here
 * @param youngest what was stored later may belong to a file that is about to be made
 */
export async function* compare(
  known: AsyncIterable<KnownBytes>,
  stored: AsyncIterable<StoredObject>,
  report: CheckReport,
  youngest: Date,
): AsyncGenerator<Finding> {
  const rows = known[Symbol.asyncIterator]();
  const objects = stored[Symbol.asyncIterator]();
  let [row, object] = [await nextOf(rows), await nextOf(objects)];
  while (row ?? object) {
    const isRow = row !== null && (object === null || row.storageKey <= object.key);
    const isObject = object !== null && (row === null || object.key <= row.storageKey);
    const finding = findingOf(isRow ? row : null, isObject ? object : null, youngest);
    if (finding) yield finding;
    if (isRow) {
      if (row?.size != null) report.rows += 1;
      row = await nextOf(rows);
    }
    if (isObject) {
      report.objects += 1;
      report.bytes += object?.size ?? 0;
      object = await nextOf(objects);
    }
  }
}

function findingOf(row: KnownBytes | null, object: StoredObject | null, youngest: Date): Finding | null {
  const storageKey = row?.storageKey ?? object?.key ?? '';
  const [expected, found] = [row?.size ?? null, object?.size ?? null];
  if (!row) {
    const isOld = object !== null && object.storedAt < youngest;
    return isOld ? { fault: 'orphan', storageKey, expected, found } : null;
  }
  if (expected === null || expected === found) return null;
  return { fault: found === null ? 'missing' : 'wrongSize', storageKey, expected, found };
}

async function nextOf<Item>(items: AsyncIterator<Item>): Promise<Item | null> {
  const next = await items.next();
  return next.done ? null : next.value;
}
