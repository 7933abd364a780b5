export { createLogger } from './logger.js';
export { runProcess, type RunningProcess } from './run-process.js';
