import type { LocalFile } from '../engine.port.js';

/** What a model gets for one run. */
export interface LocalModelJob {
  requestId: string;
  /** Fits the card's input schema, defaults filled in, whatever schema the model of the catalogue has. */
  input: Record<string, unknown>;
  /** Local copies of the input files by the URL that stands in the input. */
  files: ReadonlyMap<string, LocalFile>;
  /** A private folder; every output file is written here. */
  workDir: string;
}

/** Frees what a cached value holds outside the JavaScript heap. */
export interface Disposable {
  release(): Promise<void> | void;
}

/** What the host offers to a running model. */
export interface LocalModelTools {
  /** Aborted when the run is no longer wanted. A model that does not listen is killed 5 s later. */
  readonly signal: AbortSignal;
  /** ffmpeg to use instead of the packaged one, when the server is configured so. */
  readonly ffmpegPath: string | undefined;
  /** @param percent 0 to 100 */
  progress(percent: number, step?: string): void;
  log(line: string): void;
  /**
   * A loaded model that outlives the run: `load` is called when the process does not hold it (yet or any more).
   * The least recently used ones are released when there are too many, never during a run that asked for them.
   */
  session<T extends Disposable>(name: string, load: () => Promise<T>): Promise<T>;
}

/**
 * What `model.ts` of a model folder exports as `model`. It runs INSIDE an engine process, never in the api or the
 * worker, so it may block and may use native code. Files it made stand in the output as `OutputFile`.
 */
export interface LocalModel {
  /**
   * @throws AppError `invalid_file` or `invalid_input` with a sentence for the caller; anything else becomes
   * `engine_failed` and goes to the log.
   */
  run(job: LocalModelJob, tools: LocalModelTools): Promise<Record<string, unknown>>;
}
