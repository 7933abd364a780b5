/** From this size on a fetch is a job of the worker: the api answers calls, it does not haul files. */
export const INLINE_LIMIT_BYTES = 8 * 1024 * 1024;
/** A fetch that is not done by then moves to the worker too. */
export const INLINE_LIMIT_MS = 10_000;

export const INGEST_QUEUE = 'ingest';
/** First run, and one more after a worker died or the database was away. */
export const INGEST_ATTEMPTS = 2;
/** How often a running job writes down how far it is, and learns whether it is still wanted. */
export const HEARTBEAT_MS = 1_000;
/** How often a waiting caller re-reads the row, should an event have been lost. */
export const REREAD_MS = 5_000;
/** A running job that was silent for so long has no worker any more, nor got another. */
export const SILENT_MS = 60_000;
/** Longest time that a job may wait for a worker. */
export const QUEUED_MS = 5 * 60_000;
/** How long finished rows are kept, for operators. */
export const INGEST_KEPT_MS = 7 * 86_400_000;

/** What `ingest.<id>` events carry. Terminal states are told by `done`; the row has the outcome. */
export interface IngestEvent {
  done: boolean;
  receivedBytes: number;
  totalBytes?: number;
}

export interface IngestProgress {
  receivedBytes: number;
  /** Unknown when the remote server does not say. */
  totalBytes?: number;
}

export const ingestTopic = (id: string): string => `ingest.${id}`;
