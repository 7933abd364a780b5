export { HourlyRounds } from './hourly-rounds.js';
export { createLogger } from './logger.js';
export { runProcess } from './run-process.js';
