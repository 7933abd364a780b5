import { ConsoleLogger, type LogLevel } from '@nestjs/common';
import type { AppConfig } from '#libs/config';

const LEVELS: LogLevel[] = ['verbose', 'debug', 'log', 'warn', 'error', 'fatal'];

/** Nest's own start-up contexts: a line per module and route, of use only to someone who debugs the wiring. */
const WIRING = new Set([
  'InstanceLoader',
  'RoutesResolver',
  'RouterExplorer',
  'NestFactory',
  'NestApplication',
]);

class ProcessLogger extends ConsoleLogger {
  override log(message: unknown, ...rest: unknown[]): void {
    if (WIRING.has(String(rest.at(-1)))) this.debug(message, ...rest);
    else super.log(message, ...rest);
  }
}

/** The process's logger: a JSON object per line in production, readable lines elsewhere. */
export function createLogger(config: AppConfig, processName: string): ConsoleLogger {
  return new ProcessLogger({
    prefix: processName,
    logLevels: LEVELS.slice(LEVELS.indexOf(config.LOG_LEVEL)),
    json: config.NODE_ENV === 'production',
    colors: config.NODE_ENV !== 'production' && Boolean(process.stdout.isTTY),
  });
}
