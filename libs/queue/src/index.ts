export { EventBus } from './events/event-bus.js';
export { QueueModule } from './queue.module.js';
export { type FailedJob, JOB_STATES, type JobState, QueueMonitor, type QueueState } from './queue-monitor.js';
export { migrateQueueStore } from './queue-backend.js';
export { checkRedis } from './redis-check.js';
export { isStoreAway } from './store-outage.js';
