import { join } from 'node:path';
import type { AppConfig } from '#libs/config';
import { type EmbeddedPostgres, startEmbeddedPostgres } from './embedded-postgres.js';
import { ensureSecretKey } from './preflight.js';
import { type FirstAdmin, prepareDatabase } from './prepare-database.js';
import { SupervisedProcess } from './supervised-process.js';

/** The folder of the apps, in dist/. */
const APPS = join(import.meta.dirname, '../..');
const scriptOf = (app: string): string => join(APPS, app, 'src/main.js');

/** Everything that runs: PostgreSQL (unless DATABASE_URL names another), the api and the worker. */
export class Platform {
  private postgres?: EmbeddedPostgres;
  private processes: SupervisedProcess[] = [];
  private killPreparation?: () => void;
  private stopped?: Promise<void>;

  constructor(
    private readonly config: AppConfig,
    private readonly log: (line: string) => void,
    /** Called when something could not be kept running; the platform should then be stopped. */
    private readonly onFailure: (reason: string) => void,
  ) {}

  /** True from the first call of {@link stop}. */
  get isStopping(): boolean {
    return this.stopped !== undefined;
  }

  /**
   * Starts everything in order and waits until it works.
   * @param onAdmin told as soon as the first administrator is made, so that the password is not lost when a later
   * step fails
   * @throws StartError
   */
  async start(onAdmin: (admin: FirstAdmin) => void): Promise<void> {
    const { config } = this;
    const env: NodeJS.ProcessEnv = {
      ...process.env,
      DATA_DIR: config.DATA_DIR,
      SECRET_KEY: config.SECRET_KEY ?? ensureSecretKey(config.DATA_DIR),
      DATABASE_URL: config.DATABASE_URL ?? (await this.startPostgres()),
    };
    if (this.stopped) return;
    this.log('Preparing the database…');
    await prepareDatabase(scriptOf('migrate'), env, {
      start: (kill) => (this.killPreparation = kill),
      admin: onAdmin,
    });
    if (this.stopped) return;
    this.log('Starting the api and the worker…');
    this.processes = ['api', 'worker'].map((name) =>
      new SupervisedProcess(name, scriptOf(name), env, this.log).on('failed', this.onFailure),
    );
    await Promise.all(this.processes.map((child) => child.start()));
  }

  /** Stops what has been started, last first: the processes (up to 7 s), then PostgreSQL (up to 3 s). */
  stop(): Promise<void> {
    this.stopped ??= (async () => {
      this.killPreparation?.();
      await Promise.all(this.processes.map((child) => child.stop()));
      await this.postgres?.stop();
    })();
    return this.stopped;
  }

  /** Ends everything now. PostgreSQL recovers at the next start. */
  kill(): void {
    this.killPreparation?.();
    for (const child of this.processes) child.kill();
    if (this.postgres) process.kill(this.postgres.pid, 'SIGQUIT');
  }

  private async startPostgres(): Promise<string> {
    this.log('Starting PostgreSQL…');
    const { DATA_DIR: dataDir } = this.config;
    const postgres = await startEmbeddedPostgres({ dataDir, log: this.log });
    this.keepRunning(postgres);
    return postgres.url;
  }

  /** On the same port, so that the pools of the other processes find it again. */
  private keepRunning(postgres: EmbeddedPostgres): void {
    this.postgres = postgres;
    void postgres.exited.then(async ({ expected, signal, code, lastLines }) => {
      if (expected || this.stopped) return;
      this.log(`PostgreSQL ended unexpectedly (${signal ?? `exit code ${code}`}) and is started again.`);
      try {
        const port = Number(new URL(postgres.url).port);
        this.keepRunning(await startEmbeddedPostgres({ dataDir: this.config.DATA_DIR, port, log: this.log }));
      } catch (error) {
        this.onFailure([(error as Error).message, ...lastLines].join('\n'));
      }
    });
  }
}
