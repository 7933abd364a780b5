export { createLogger } from './logger.js';
export { runProcess } from './run-process.js';
