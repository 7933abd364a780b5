import { ConfigError, loadConfig, type AppConfig, warnOfMisspeltSettings } from '#libs/config';

/** Longest time that a process may take to stop; the supervisor allows ten seconds for everything. */
const STOP_LIMIT_MS = 7_000;

export interface RunningProcess {
  /** Finishes what is under way, gives the rest back and releases every connection. */
  close(): Promise<void>;
}

/**
 * Starts one process of the platform and ties its life to its parent: it reports `{type: 'ready'}` over IPC, stops
 * on SIGTERM, SIGINT, a `{type: 'stop'}` message, and when the parent is gone (IPC disconnect), so that nothing is
 * left behind whichever way the parent ends. A start that fails ends with exit code 1 and one clear message.
 */
export async function runProcess(start: (config: AppConfig) => Promise<RunningProcess>): Promise<void> {
  let running: RunningProcess | undefined;
  let stopping = false;
  const stop = (exitCode: number): void => {
    if (stopping) return;
    stopping = true;
    setTimeout(() => process.exit(exitCode || 1), STOP_LIMIT_MS).unref();
    Promise.resolve(running?.close()).then(
      () => process.exit(exitCode),
      (error: unknown) => fail(error),
    );
  };
  process.once('SIGTERM', () => stop(0));
  process.once('SIGINT', () => stop(0));
  process.once('disconnect', () => stop(0));
  process.on('message', (message: { type?: string }) => message.type === 'stop' && stop(0));
  // A reader of our output that goes away (`| head`) is no reason to end.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);
  process.on('uncaughtException', (error) => {
    console.error(error);
    stop(1);
  });
  // A parent of ours has told them already.
  if (!process.send) warnOfMisspeltSettings();
  try {
    running = await start(loadConfig());
    process.send?.({ type: 'ready' });
  } catch (error) {
    fail(error);
  }
}

function fail(error: unknown): never {
  console.error(error instanceof ConfigError ? error.message : error);
  process.exit(1);
}
