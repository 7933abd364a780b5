import { ConsoleLogger, type LogLevel } from '@nestjs/common';
import type { AppConfig } from '#libs/config';

const LEVELS: LogLevel[] = ['verbose', 'debug', 'log', 'warn', 'error', 'fatal'];

/** The process's logger: a JSON object per line in production, readable lines elsewhere. */
export function createLogger(config: AppConfig, processName: string): ConsoleLogger {
  return new ConsoleLogger({
    prefix: processName,
    logLevels: LEVELS.slice(LEVELS.indexOf(config.LOG_LEVEL)),
    json: config.NODE_ENV === 'production',
    colors: config.NODE_ENV !== 'production' && process.stdout.isTTY,
  });
}
