export { EventBus } from './events/event-bus.js';
export { QueueModule } from './queue.module.js';
export { migrateQueueStore } from './queue-backend.js';
