import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import { AppError } from '#libs/errors';
import type { LocalModelTools } from '../local-model.js';
import { findFfmpeg } from './ffmpeg-binary.js';

/** Threads of each stage (decoder, filters, encoder). More would cost memory for each, and other runs their share. */
export const THREADS = '2';

/** The largest single allocation that a file may cause in ffmpeg, in bytes. */
const MAX_ALLOCATION = 256 * 1024 * 1024;
const KEPT_LINES = 20;

export type FfmpegTools = Pick<LocalModelTools, 'signal' | 'ffmpegPath' | 'log'>;

export interface FfmpegJob {
  /** Inputs, filters and outputs. Anything that came from a caller must be a number or a path made here. */
  args: readonly string[];
  /** Longest run. */
  timeoutSeconds: number;
  /** Folder in which relative paths lie. */
  cwd?: string;
  /** Length of what is written, so that progress can be told in percent. */
  outputSeconds?: number;
  /** @param percent 0 to 100 */
  onProgress?(percent: number): void;
  /** Each line that ffmpeg writes to `pipe:1`. */
  onLine?(line: string): void;
  /** What ffmpeg reads from `pipe:0`. Each chunk is written before the next is asked for, so one buffer may serve all. */
  stdin?: AsyncIterable<Uint8Array> | Iterable<Uint8Array>;
}

/** ffmpeg ended with an error. `lines` are the last ones of its complaint, for the log. */
export class FfmpegError extends Error {
  override readonly name = 'FfmpegError';

  constructor(
    readonly exitCode: number | null,
    readonly lines: readonly string[],
  ) {
    super(`ffmpeg ended with ${exitCode ?? 'a signal'}: ${lines.join('\n')}`);
  }
}

/**
 * Runs ffmpeg to its end. It is killed at an abort and at the time limit.
 * @throws FfmpegError when ffmpeg fails; AppError `cancelled`, `engine_timeout` or `engine_unavailable`
 */
export async function runFfmpeg(job: FfmpegJob, tools: FfmpegTools): Promise<void> {
  if (tools.signal.aborted) throw new AppError('cancelled');
  const binary = await findFfmpeg(tools.ffmpegPath);
  const timeout = AbortSignal.timeout(job.timeoutSeconds * 1000);
  const child = spawn(binary, [...globalArgs(), ...job.args], {
    cwd: job.cwd,
    stdio: [job.stdin ? 'pipe' : 'ignore', 'pipe', 'pipe', 'pipe'],
    signal: AbortSignal.any([tools.signal, timeout]),
    killSignal: 'SIGKILL',
  });
  const lines = keepLastLines(child);
  followOutput(child, job);
  try {
    const [exitCode] = await Promise.all([exitOf(child), feed(child, job.stdin)]);
    if (exitCode !== 0) throw new FfmpegError(exitCode, lines);
  } catch (error) {
    for (const line of lines) tools.log(`ffmpeg: ${line}`);
    throw explain(error, { tools, timeout, timeoutSeconds: job.timeoutSeconds });
  }
}

function globalArgs(): string[] {
  const quiet = ['-nostdin', '-hide_banner', '-nostats', '-loglevel', 'warning'];
  return [
    ...quiet,
    '-y',
    '-max_alloc',
    `${MAX_ALLOCATION}`,
    '-filter_threads',
    THREADS,
    '-progress',
    'pipe:3',
  ];
}

/** Settles when the process is over and its pipes are read to the end. */
async function exitOf(child: ChildProcess): Promise<number | null> {
  const [exitCode] = (await once(child, 'close')) as [number | null];
  return exitCode;
}

async function feed(child: ChildProcess, stdin: FfmpegJob['stdin']): Promise<void> {
  const pipe = child.stdin;
  if (!stdin || !pipe) return;
  let broken = false;
  // ffmpeg stopped reading: its exit code tells why.
  pipe.on('error', () => (broken = true));
  try {
    for await (const chunk of stdin) {
      await new Promise<void>((resolve, reject) =>
        pipe.write(chunk, (error) => (error ? reject(error) : resolve())),
      );
    }
    pipe.end();
  } catch (error) {
    if (broken || pipe.destroyed) return;
    // What went wrong in the source itself is for the caller.
    child.kill('SIGKILL');
    throw error;
  }
}

function keepLastLines(child: ChildProcess): string[] {
  const lines: string[] = [];
  if (!child.stderr) return lines;
  createInterface({ input: child.stderr }).on('line', (line) => {
    lines.push(withoutPaths(line).slice(0, 300));
    if (lines.length > KEPT_LINES) lines.shift();
  });
  return lines;
}

/** The log is shown to the caller: folders of this server and memory addresses are none of theirs. */
function withoutPaths(line: string): string {
  return line.replace(/(?<![\w.])\/(?:[^\s/:'"]+\/)+/g, '').replace(/ @ 0x[0-9a-f]+/g, '');
}

function followOutput(child: ChildProcess, job: FfmpegJob): void {
  if (child.stdout) createInterface({ input: child.stdout }).on('line', (line) => job.onLine?.(line));
  const progress = child.stdio[3];
  if (!(progress instanceof Readable)) return;
  createInterface({ input: progress }).on('line', (line) => {
    // Despite its name, `out_time_ms` has always been in microseconds.
    const microseconds = /^out_time_ms=(\d+)$/.exec(line)?.[1];
    if (!microseconds || !job.outputSeconds) return;
    job.onProgress?.(Math.min(100, (Number(microseconds) / 1e6 / job.outputSeconds) * 100));
  });
}

interface RunContext {
  tools: FfmpegTools;
  timeout: AbortSignal;
  timeoutSeconds: number;
}

function explain(error: unknown, { tools, timeout, timeoutSeconds }: RunContext): unknown {
  if (tools.signal.aborted) return new AppError('cancelled');
  if (timeout.aborted)
    return new AppError('engine_timeout', `ffmpeg took longer than ${timeoutSeconds} s and was stopped.`);
  const code = (error as NodeJS.ErrnoException).code;
  if (code === 'ENOENT' || code === 'EACCES') {
    const message =
      'ffmpeg cannot be started on this server: FFMPEG_PATH must be the absolute path of a program.';
    return new AppError('engine_unavailable', message, {}, { cause: error });
  }
  return error;
}
