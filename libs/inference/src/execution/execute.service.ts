import { setTimeout as sleep } from 'node:timers/promises';
import { Injectable, Logger } from '@nestjs/common';
import { type Engine, EngineRegistry } from '#libs/engines';
import { AppError } from '#libs/errors';
import { charge, type Charge } from '../pricing.js';
import { RequestEvents } from '../request-events.service.js';
import type { Claim } from '../queueing/claims.repository.js';
import { type Completion, RequestLifecycleRepository } from '../request-lifecycle.repository.js';
import { ActiveRuns, RunStopped } from './active-runs.service.js';
import { endingWithSignal } from './bounded-run.js';
import { failureText } from './failure-log.js';
import { outputFilesOf } from './output-files.js';
import { pixelsOf } from './picture-size.js';
import { ProgressReporter } from './progress-reporter.js';
import { toRequestError } from './run-failure.js';
import { RunOutputs } from './run-outputs.service.js';
import { RunWorkspaces } from './run-workspaces.service.js';

/** Together they outlast a restart of the database. */
const MOST_COMPLETE_ATTEMPTS = 6;
const COMPLETE_RETRY_MS = 1_000;

/** An engine that does not stop after the abort is left behind, so that the run can be cleared away. */
const ENGINE_STOP_MS = 3_000;
/** Whatever else hangs is left behind too; if it completes after all, the row refuses it. */
const ATTEMPT_STOP_MS = 4_500;

interface Run {
  claim: Claim;
  engine: Engine;
  dir: string;
  signal: AbortSignal;
}

/** What an engine gave, and how long it took. */
interface Made {
  output: Record<string, unknown>;
  seconds: number;
}

/** Runs a request from the claim to its terminal status, or gives it back. */
@Injectable()
export class ExecuteService {
  private readonly logger = new Logger(ExecuteService.name);

  constructor(
    private readonly lifecycle: RequestLifecycleRepository,
    private readonly events: RequestEvents,
    private readonly engines: EngineRegistry,
    private readonly runs: ActiveRuns,
    private readonly workspaces: RunWorkspaces,
    private readonly outputs: RunOutputs,
  ) {}

  /** A failure of the model ends in the request's row; only a failure of the database is thrown. */
  async run(claim: Claim): Promise<void> {
    await this.runs.during(claim, async (signal) => {
      try {
        await endingWithSignal(this.attempt(claim, signal), signal, ATTEMPT_STOP_MS);
      } catch (error) {
        await this.settle(claim, signal, error);
      }
    });
  }

  private async attempt(claim: Claim, signal: AbortSignal): Promise<void> {
    // Not awaited: the run does not depend on who hears of it, and whoever hears it reads the row.
    void this.events.publish(claim.id, { status: 'IN_PROGRESS' });
    if (claim.attempts > 1) await this.outputs.discardEarlier(claim.id);
    const engine = this.engines.get(claim.engine);
    await this.workspaces.during(claim.id, async (dir) => {
      const made = await this.runEngine({ claim, engine, dir, signal });
      const charged = await this.chargeFor(claim, made);
      const { output, files } = await this.outputs.publish(claim, made.output, signal);
      const completion = { output, charge: charged, inferenceSeconds: made.seconds };
      if (await this.complete(claim, completion)) {
        return this.events.publish(claim.id, { status: 'COMPLETED' });
      }
      await this.outputs.discard(files);
      throw new RunStopped('superseded');
    });
  }

  /** A finished run is not thrown away for a database that is away for a moment. */
  private async complete(claim: Claim, completion: Completion): Promise<boolean> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        // The answer to an earlier attempt may have been lost after its commit.
        return (
          (await this.lifecycle.complete(claim, completion)) || (await this.lifecycle.isCompletedBy(claim))
        );
      } catch (error) {
        if (attempt === MOST_COMPLETE_ATTEMPTS) throw error;
        this.logger.warn(`could not save the result of ${claim.id} yet: ${(error as Error).message}`);
        await sleep(COMPLETE_RETRY_MS);
      }
    }
  }

  private async runEngine({ claim, engine, dir, signal }: Run): Promise<Made> {
    const files = engine.localFiles
      ? await this.workspaces.download(claim.runPlan?.files ?? [], dir, signal)
      : new Map<string, never>();
    signal.throwIfAborted();
    const reporter = new ProgressReporter((progress) => this.reportProgress(claim, progress));
    const started = performance.now();
    try {
      const running = engine.run(
        {
          requestId: claim.id,
          endpoint: claim.modelEndpoint,
          settings: claim.runPlan?.engineSettings ?? {},
          input: claim.modelInput,
          files,
          workDir: dir,
        },
        {
          signal,
          onProgress: (progress) => reporter.report(progress),
          onLog: (line) => this.logger.debug(`${claim.id}: ${line}`),
        },
      );
      const output = await endingWithSignal(running, signal, ENGINE_STOP_MS).catch(asEngineFailure);
      return { output, seconds: Math.round(performance.now() - started) / 1_000 };
    } finally {
      await reporter.stop();
    }
  }

  private async reportProgress(
    claim: Claim,
    progress: Parameters<ProgressReporter['report']>[0],
  ): Promise<void> {
    try {
      if (!(await this.lifecycle.saveProgress(claim, progress))) return;
      await this.events.publish(claim.id, { status: 'IN_PROGRESS', progress });
    } catch (error) {
      this.logger.warn(`could not save the progress of ${claim.id}: ${(error as Error).message}`);
    }
  }

  private async chargeFor({ priceUnit: unit, priceAmount: amountUsd }: Claim, made: Made): Promise<Charge> {
    const files = outputFilesOf(made.output);
    const pixels = unit === 'megapixel' ? await pixelsOf(files) : 0;
    return charge({ unit, amountUsd }, { seconds: made.seconds, outputs: files.length, pixels });
  }

  /** The end of an attempt that did not complete: nothing to write, back to the queue, or FAILED. */
  private async settle(claim: Claim, signal: AbortSignal, error: unknown): Promise<void> {
    const cause: unknown = signal.aborted ? signal.reason : error;
    if (cause instanceof RunStopped) {
      if (cause.reason !== 'shutdown' || !(await this.lifecycle.release(claim))) return;
      this.logger.log(`gave ${claim.id} back to the queue`);
      return this.events.publish(claim.id, { status: 'IN_QUEUE' });
    }
    const text = failureText(claim, cause);
    if (text !== null) this.logger.error(text);
    if (await this.lifecycle.fail(claim, toRequestError(cause))) {
      await this.events.publish(claim.id, { status: 'FAILED' });
    }
  }
}

/** What an engine throws unnamed is the model's failure; any other unnamed error is the server's. */
function asEngineFailure(error: unknown): never {
  if (error instanceof AppError || error instanceof RunStopped) throw error;
  throw new AppError('engine_failed', undefined, {}, { cause: error });
}
