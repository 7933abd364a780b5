import { ConfigError, loadConfig, type AppConfig, warnOfMisspeltSettings } from '#libs/config';
import { whenNpmIsGone } from './parent-watch.js';
import { Platform } from './platform.js';
import { checkPort, prepareDataDir } from './preflight.js';
import type { FirstAdmin } from './prepare-database.js';
import { StartError } from './start-error.js';

/** A terminal's Ctrl-C arrives twice under npm, from the terminal and passed on; a person's second one comes later. */
const SECOND_SIGNAL_AFTER_MS = 1_000;

const log = (line: string): void => console.log(line);

// Whoever read the output may be gone (a closed terminal, a killed npm); that is no reason to stop in disorder.
process.stdout.on('error', () => undefined);
process.stderr.on('error', () => undefined);

try {
  const startedAt = performance.now();
  warnOfMisspeltSettings();
  const config = loadConfig();
  await checkPort(config.HOST, config.PORT);
  prepareDataDir(config.DATA_DIR);
  await requireRedis(config);
  await run(config, startedAt);
} catch (error) {
  explain(error);
  process.exit(1);
}

/** Loaded only by those who have one: the queue's library is large. */
async function requireRedis(config: AppConfig): Promise<void> {
  if (config.REDIS_URL === undefined) return;
  const { checkRedis } = await import('#libs/queue');
  await checkRedis(config);
}

async function run(config: AppConfig, startedAt: number): Promise<void> {
  // Kept until it is told: a generated password must not be lost with a start that is interrupted or fails.
  let admin: FirstAdmin | undefined;
  let exitCode = 0;
  const platform = new Platform(config, log, (reason) => {
    console.error(reason);
    exitCode = 1;
    void stop('Stopping, because it cannot go on…');
  });
  const stop = async (why?: string): Promise<never> => {
    if (why !== undefined) log(why);
    await platform.stop();
    if (admin) log(describeAdmin(admin));
    if (why !== undefined) log('Stopped.');
    process.exit(exitCode);
  };
  stopOnSignals(stop, platform);

  try {
    await platform.start((made) => (admin = made));
  } catch (error) {
    // A start that was interrupted fails in whatever was under way; that is not worth a word.
    if (platform.isStopping) return;
    explain(error);
    exitCode = 1;
    await stop();
  }
  if (platform.isStopping) return;
  log(banner(config, admin, startedAt));
  admin = undefined;
}

function stopOnSignals(stop: (why: string) => Promise<never>, platform: Platform): void {
  let first: number | undefined;
  const onSignal = (): void => {
    if (first === undefined) {
      first = performance.now();
      void stop('Stopping… (Ctrl-C again to force it)');
    } else if (performance.now() - first > SECOND_SIGNAL_AFTER_MS) {
      platform.kill();
      process.exit(130);
    }
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, onSignal);
  whenNpmIsGone(onSignal);
}

/** One line: where it is, how an assistant reaches it, and on the first start how to sign in. */
function banner(config: AppConfig, admin: FirstAdmin | undefined, startedAt: number): string {
  const seconds = ((performance.now() - startedAt) / 1_000).toFixed(1);
  return [
    `ModelRunner is ready (${seconds} s) at ${config.issuer}`,
    `MCP endpoint ${config.mcpResource}`,
    ...(admin ? [describeAdmin(admin)] : []),
  ].join(' · ');
}

function describeAdmin({ email, password }: FirstAdmin): string {
  if (password === null) return `sign in as ${email} with your identity provider`;
  if (password === undefined) return `sign in as ${email} with the password from ADMIN_PASSWORD`;
  return `sign in as ${email} with the password ${password} (shown only this once)`;
}

function explain(error: unknown): void {
  console.error(error instanceof ConfigError || error instanceof StartError ? error.message : error);
}
