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

/** What the server issues carries a prefix (`libs/secrets`), so that it is known wherever a caller put it. */
const ISSUED = /\b(mr[agrsk]_)[\w-]{43}/g;

class ProcessLogger extends ConsoleLogger {
  override log(message: unknown, ...rest: unknown[]): void {
    if (WIRING.has(String(rest.at(-1)))) this.debug(message, ...rest);
    else super.log(message, ...rest);
  }

  protected override printMessages(
    messages: unknown[],
    context?: string,
    level?: LogLevel,
    stream?: 'stdout' | 'stderr',
    stack?: unknown,
    params?: Record<string, unknown>,
  ): void {
    super.printMessages(messages.map(withoutSecrets), context, level, stream, withoutSecrets(stack), params);
  }

  protected override printStackTrace(stack: string): void {
    super.printStackTrace(withoutSecrets(stack) as string);
  }
}

function withoutSecrets(value: unknown): unknown {
  return typeof value === 'string' ? value.replace(ISSUED, '$1[redacted]') : value;
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
