export { AdminQueuesService, type QueueView } from './admin/admin-queues.service.js';
export { InferenceHttpModule } from './inference-http.module.js';
export { InferenceJobsModule } from './inference-jobs.module.js';
export { InferenceModule } from './inference.module.js';
export { InferenceService } from './inference.service.js';
export type { RequestStatus } from './request-status.js';
export type { RequestView } from './request-view.js';
export { SubmissionService } from './submission/submission.service.js';
export { WaitService, type WaitOptions } from './waiting/wait.service.js';
