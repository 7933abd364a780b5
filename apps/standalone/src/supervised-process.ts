import { type ChildProcess, fork } from 'node:child_process';
import { EventEmitter, once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { StartError } from './start-error.js';

/** A process that ends sooner than this after it was started has failed; one that ends later has crashed. */
const FAST_FAILURE_MS = 10_000;
const MOST_FAST_FAILURES = 5;
const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 8_000;
/** What remains of the ten seconds belongs to PostgreSQL. */
const STOP_LIMIT_MS = 7_000;
const READY_LIMIT_MS = 60_000;

interface SupervisedEvents {
  /** It could not be kept running. */
  failed: [reason: string];
}

/**
 * One process of the platform. It says `{type: 'ready'}` when it works; when it ends without being asked to, it is
 * started again, after a pause that grows, until that has failed too often.
 */
export class SupervisedProcess extends EventEmitter<SupervisedEvents> {
  private child?: ChildProcess;
  private stopping = false;
  private fastFailures = 0;

  constructor(
    /** As people know it: `api`, `worker`. */
    private readonly name: string,
    private readonly script: string,
    private readonly env: NodeJS.ProcessEnv,
    private readonly log: (line: string) => void,
  ) {
    super();
  }

  /**
   * The first start: when it fails there is something to mend, so it is not tried again.
   * @throws StartError after what the process itself printed
   */
  async start(): Promise<void> {
    const { child, ready } = this.launch();
    if (!(await ready)) {
      if (child.exitCode === null) child.kill('SIGKILL');
      throw new StartError(`The ${this.name} process did not start; what it printed above says why.`);
    }
    void this.watch(child);
  }

  /** Asks the process to finish, and ends it when it takes too long. */
  async stop(): Promise<void> {
    this.stopping = true;
    const child = this.child;
    if (child === undefined || hasEnded(child)) return;
    const exited = once(child, 'exit');
    child.kill('SIGTERM');
    const inTime = await Promise.race([exited.then(() => true), sleep(STOP_LIMIT_MS, false, { ref: false })]);
    if (inTime) return;
    this.log(`The ${this.name} process did not stop in time and was ended.`);
    child.kill('SIGKILL');
    await exited;
  }

  /** Ends the process at once. */
  kill(): void {
    this.stopping = true;
    this.child?.kill('SIGKILL');
  }

  private launch(): { child: ChildProcess; ready: Promise<boolean> } {
    const child = fork(this.script, [], {
      env: this.env,
      // A session of its own: Ctrl-C in a terminal reaches the supervisor alone, which stops things in order.
      detached: true,
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    this.child = child;
    const ready = new Promise<boolean>((resolve) => {
      child.on('message', (message: { type?: string }) => message.type === 'ready' && resolve(true));
      child.once('exit', () => resolve(false));
      child.once('error', () => resolve(false));
      setTimeout(() => resolve(false), READY_LIMIT_MS).unref();
    });
    return { child, ready };
  }

  private async watch(first: ChildProcess): Promise<void> {
    let started = performance.now();
    for (let child = first; ; child = this.launch().child) {
      if (!hasEnded(child)) await once(child, 'exit').catch(() => undefined);
      if (this.stopping) return;
      const cause = child.signalCode ?? `exit code ${child.exitCode}`;
      this.fastFailures = performance.now() - started < FAST_FAILURE_MS ? this.fastFailures + 1 : 0;
      if (this.fastFailures >= MOST_FAST_FAILURES) {
        this.emit(
          'failed',
          `The ${this.name} process ends again and again (${cause}); what it printed says why.`,
        );
        return;
      }
      this.log(`The ${this.name} process ended unexpectedly (${cause}) and is started again.`);
      await sleep(Math.min(FIRST_PAUSE_MS * 2 ** this.fastFailures, LONGEST_PAUSE_MS));
      if (this.stopping) return;
      started = performance.now();
    }
  }
}

function hasEnded(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null || child.pid === undefined;
}
