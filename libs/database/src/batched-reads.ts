import DataLoader from 'dataloader';

/** So many keys go into one statement. */
const MOST_IN_BATCH = 200;

/**
 * Makes single reads that happen in the same turn of the event loop one statement: a thousand waits that wake
 * together are a handful of queries. Nothing is remembered; a read never sees anything older than its call.
 *
 * @param read the rows in the order of the keys, null where there is none
 */
export function batchedReads<Key, Row>(
  read: (keys: readonly Key[]) => Promise<(Row | null)[]>,
): (key: Key) => Promise<Row | null> {
  const loader = new DataLoader<Key, Row | null>(read, {
    cache: false,
    maxBatchSize: MOST_IN_BATCH,
    batchScheduleFn: (send) => setImmediate(send),
  });
  return (key) => loader.load(key);
}
