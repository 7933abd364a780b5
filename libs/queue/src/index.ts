export { EventBus } from './event-bus.js';
export { QueueModule } from './queue.module.js';
export { migrateQueueStore } from './queue-backend.js';
