import type { JsonSchema } from './model-card.js';

/** A local copy of one input file. */
export interface LocalFile {
  /** Absolute path. */
  path: string;
  /** Media type found by looking at the bytes. */
  contentType: string;
  /** Bytes. */
  size: number;
  /** The name that the file had where it came from. */
  fileName: string;
}

/** A file that an engine made. It stands in the output where the URL will stand. */
export class OutputFile {
  constructor(
    /** Absolute path, inside the job's `workDir`. */
    readonly path: string,
    readonly contentType: string,
    /** The name that a person sees when saving the file. */
    readonly fileName: string,
  ) {}
}

/** One run, ready for the engine: input is validated and its defaults are filled in. */
export interface EngineJob {
  requestId: string;
  /** The base model's endpoint, for logs. */
  endpoint: string;
  /** What the catalogue stores for the engine, such as `{ model: 'upscale' }` for the local one. */
  settings: Record<string, unknown>;
  input: Record<string, unknown>;
  /** Local copies by the URL that stands in the input. Filled only for engines with `localFiles`. */
  files: ReadonlyMap<string, LocalFile>;
  /** A private folder for this run; the caller deletes it afterwards. */
  workDir: string;
}

export interface EngineProgress {
  /** 0 to 100. */
  percent?: number;
  /** What happens now, in a few words. */
  step?: string;
}

export interface EngineCallbacks {
  /** Aborted when the run is no longer wanted. */
  signal: AbortSignal;
  onProgress(progress: EngineProgress): void;
  onLog(line: string): void;
}

/**
 * Something that runs models: on this machine or behind a serving protocol.
 *
 * Not in the port, on purpose: queueing, retries, prices, validation and the storage of files. An engine gets one
 * job, runs it once and answers with the output object, {@link OutputFile}s standing for files it made.
 */
export interface Engine {
  /** The name that a model's record refers to. */
  readonly name: string;
  /** True when the engine wants input files as local copies, false when it takes the URLs as they are. */
  readonly localFiles: boolean;
  /** What may stand in `engineSettings` of a model of this engine; nothing else is saved. */
  readonly settingsSchema: JsonSchema;
  /**
   * @throws AppError `invalid_file` or `invalid_input` when the caller's file or values cannot be used; `cancelled`
   * after an abort; `engine_timeout`, `engine_out_of_memory`, `engine_crashed` or `engine_failed` otherwise.
   */
  run(job: EngineJob, callbacks: EngineCallbacks): Promise<Record<string, unknown>>;
  /** Ends everything that the engine started. */
  close?(): Promise<void>;
}
