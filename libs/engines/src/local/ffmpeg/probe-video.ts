import { AppError } from '#libs/errors';
import type { LocalFile } from '../../engine.port.js';
import { listFrames } from './frame-list.js';
import type { FfmpegTools } from './run-ffmpeg.js';
import { MAX_VIDEO_PIXELS } from './video-input.js';

/** Reading the index of the longest video that is taken must be done by then. */
const PROBE_SECONDS = 30;
const MAX_SOURCE_SECONDS = 3600;

export interface VideoInfo {
  /** ffmpeg's name, such as `h264`. */
  codec: string;
  /** Pixels as a player shows it: turned by the file's rotation mark, and square. */
  width: number;
  height: number;
  /** Length of the picture track. */
  durationSeconds: number;
  /** Pictures in the file. */
  frames: number;
  /** Pictures per second, on average. */
  framesPerSecond: number;
  /** When the last picture starts, counted from the first. */
  lastFrameSeconds: number;
}

/**
 * Measures a video by reading the time stamp of every picture and decoding the first, rather than believing the
 * file's header, which may lie or lack the length.
 * @throws AppError `invalid_file` when it cannot be read, has no picture, is too large or longer than an hour
 */
export async function probeVideo(
  file: Pick<LocalFile, 'path' | 'contentType'>,
  tools: FfmpegTools,
): Promise<VideoInfo> {
  const stored = await listFrames(file, { output: ['-c', 'copy'], timeoutSeconds: PROBE_SECONDS }, tools);
  if (stored.width * stored.height > MAX_VIDEO_PIXELS) {
    throw new AppError(
      'invalid_file',
      `The video is ${stored.width}×${stored.height}; at most 4096×2160 pixels are taken.`,
    );
  }
  if (!(stored.durationSeconds > 0)) throw new AppError('invalid_file', 'The video has no length.');
  if (stored.durationSeconds > MAX_SOURCE_SECONDS) {
    throw new AppError(
      'invalid_file',
      `The video is longer than ${MAX_SOURCE_SECONDS / 60} minutes, which is the most that is taken.`,
    );
  }
  const shown = await listFrames(file, { output: ['-frames:v', '1'], timeoutSeconds: PROBE_SECONDS }, tools);
  return {
    codec: stored.codec,
    width: Math.max(1, Math.round(shown.width * shown.pixelAspect)),
    height: shown.height,
    durationSeconds: stored.durationSeconds,
    frames: stored.frames,
    framesPerSecond: stored.frames / stored.durationSeconds,
    lastFrameSeconds: stored.lastSeconds - stored.firstSeconds,
  };
}
