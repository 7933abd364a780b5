import { AppError } from '#libs/errors';
import type { LocalFile } from '../../engine.port.js';
import { FfmpegError, type FfmpegTools, runFfmpeg } from './run-ffmpeg.js';
import { videoInput } from './video-input.js';

/** What a list of pictures tells. */
export interface FrameList {
  /** ffmpeg's name, such as `h264`. */
  codec: string;
  /** Pixels, as stored. */
  width: number;
  height: number;
  /** Width of a pixel divided by its height. */
  pixelAspect: number;
  /** Pictures in the list. */
  frames: number;
  /** Seconds from the start of the first picture to the end of the last. */
  durationSeconds: number;
  /** When the first and the last picture start, in seconds of the file's own clock. */
  firstSeconds: number;
  lastSeconds: number;
}

export interface FrameListOptions {
  /** Options of the input. */
  input?: readonly string[];
  /** Filters, `-c copy` (no decoding), `-frames:v`. */
  output: readonly string[];
  timeoutSeconds: number;
}

/**
 * Lets ffmpeg list a file's pictures in its `framecrc` format: a header of lines `#key 0: value`, then a line for each.
 * @throws AppError `invalid_file` when it cannot be read or has no pictures
 */
export async function listFrames(
  file: Pick<LocalFile, 'path' | 'contentType'>,
  { input, output, timeoutSeconds }: FrameListOptions,
  tools: FfmpegTools,
): Promise<FrameList> {
  const list = new FrameListReader();
  // Capital V: moving pictures only, not the cover picture of a song.
  const args = [...videoInput(file, input), '-map', '0:V:0', ...output, '-f', 'framecrc', 'pipe:1'];
  try {
    await runFfmpeg({ args, timeoutSeconds, onLine: (line) => list.read(line) }, tools);
  } catch (cause) {
    if (!(cause instanceof FfmpegError)) throw cause;
    const noPicture = cause.lines.some((line) => line.includes('matches no streams'));
    const message = noPicture
      ? 'The file has no video in it.'
      : 'The file is not a video that can be read, or it is damaged.';
    throw new AppError('invalid_file', message, {}, { cause });
  }
  return list.result();
}

/** AV_NOPTS_VALUE, the smallest 64-bit number, stands for an unknown time. */
const UNKNOWN_TIME = -9e18;

class FrameListReader {
  readonly #header = new Map<string, string>();
  #frames = 0;
  #first = Infinity;
  #last = -Infinity;
  #end = -Infinity;

  read(line: string): void {
    if (line.startsWith('#')) {
      const [, key, value] = /^#(\w+) 0: (.*)$/.exec(line) ?? [];
      if (key && value) this.#header.set(key, value);
      return;
    }
    // stream, decoding time, presentation time, duration, bytes, checksum
    const [, decoded = NaN, presented = NaN, duration = NaN] = line.split(',').map(Number);
    const time = presented > UNKNOWN_TIME ? presented : decoded;
    if (!Number.isFinite(time) || !Number.isFinite(duration)) return;
    this.#frames += 1;
    this.#first = Math.min(this.#first, time);
    this.#last = Math.max(this.#last, time);
    this.#end = Math.max(this.#end, time + duration);
  }

  result(): FrameList {
    const [width = 0, height = 0] = this.#numbers('dimensions', 'x');
    const [numerator = 0, denominator = 1] = this.#numbers('tb', '/');
    const [horizontal = 1, vertical = 1] = this.#numbers('sar', '/');
    const seconds = (time: number) => (time * numerator) / denominator;
    if (this.#frames === 0 || !(width * height > 0)) {
      throw new AppError('invalid_file', 'The file has no pictures in it that can be read.');
    }
    return {
      codec: this.#header.get('codec_id') ?? 'unknown',
      width,
      height,
      // 0/1 says that it is not known.
      pixelAspect: horizontal > 0 && vertical > 0 ? horizontal / vertical : 1,
      frames: this.#frames,
      durationSeconds: seconds(this.#end - this.#first),
      firstSeconds: seconds(this.#first),
      lastSeconds: seconds(this.#last),
    };
  }

  #numbers(key: string, separator: string): number[] {
    return (this.#header.get(key) ?? '').split(separator).map(Number);
  }
}
