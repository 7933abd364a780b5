import { schemas } from '#libs/http';
import { type FailedJob, JOB_STATES, type JobState } from '#libs/queue';
import type { QueueList, QueueView, RetryView } from './admin-queues.service.js';
import type { BusyWorker, ModelLoad, RequestLoad } from './request-load.repository.js';

const { count, listOf, number, orNull, text, time } = schemas;

const name = schemas.like('inference');

const COUNTS = Object.fromEntries(JOB_STATES.map((state) => [state, count])) as Record<
  JobState,
  typeof count
>;

const MODEL_LOAD = schemas.view<ModelLoad>('ModelLoad', {
  modelEndpoint: text,
  queued: count,
  running: count,
  oldestQueuedSeconds: orNull(number),
});
const BUSY_WORKER = schemas.view<BusyWorker>('BusyWorker', {
  worker: text,
  running: count,
  heartbeatAt: time,
});
const REQUEST_LOAD = schemas.view<RequestLoad>('RequestLoad', {
  queued: count,
  running: count,
  oldestQueuedSeconds: orNull(number),
  models: listOf(MODEL_LOAD),
  busyWorkers: listOf(BUSY_WORKER),
});
const FAILED_JOB = schemas.view<FailedJob>('FailedJob', {
  id: text,
  name: text,
  reason: text,
  attempts: count,
  failedAt: orNull(time),
});
const QUEUE = schemas.view<QueueView>('Queue', {
  name,
  counts: schemas.view<QueueView['counts']>('JobCounts', COUNTS),
  workers: count,
  failures: listOf(FAILED_JOB),
  requests: orNull(REQUEST_LOAD),
});

export const QUEUE_LIST_SCHEMA = schemas.view<QueueList>('QueueList', { items: listOf(QUEUE) });
export const RETRY_SCHEMA = schemas.view<RetryView>('QueueRetry', { name, retried: count });
