import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError } from '#libs/errors';
import { OutputFile } from '../../engine.port.js';
import { probeVideo, type VideoInfo } from '../ffmpeg/probe-video.js';
import { runFfmpeg } from '../ffmpeg/run-ffmpeg.js';
import { videoInput } from '../ffmpeg/video-input.js';
import type { LocalModel } from '../local-model.js';
import { inputFile, outputName } from '../shared/files.js';

const PASS_SECONDS = 120;

interface Input {
  startSeconds: number;
  durationSeconds: number;
  width: number;
  fps: number;
}

interface Clip {
  start: number;
  /** Cut at the end of the video. */
  duration: number;
  width: number;
  height: number;
  fps: number;
}

export const model: LocalModel = {
  async run(job, tools) {
    const file = inputFile(job, 'video');
    tools.progress(0, 'reading the video');
    const clip = planClip(job.input as unknown as Input, await probeVideo(file, tools));
    const source = videoInput(file, ['-ss', `${clip.start}`, '-t', `${clip.duration}`]);
    const frames = `fps=${clip.fps},scale=${clip.width}:${clip.height}:flags=lanczos,setsar=1`;
    const palette = join(job.workDir, 'palette.png');
    const path = join(job.workDir, 'clip.gif');
    const pass = (from: number, step: string) => ({
      timeoutSeconds: PASS_SECONDS,
      outputSeconds: clip.duration,
      onProgress: (percent: number) => tools.progress(from + percent / 2, step),
    });
    // Two passes, because in one the filter would hold every picture of the clip in memory until it knows the colours.
    const paletteArgs = ['-map', '0:V:0', '-vf', `${frames},palettegen`, '-update', '1', `file:${palette}`];
    await runFfmpeg({ args: [...source, ...paletteArgs], ...pass(0, 'choosing the colours') }, tools);
    const draw = `[0:V:0]${frames}[frames];[frames][1:v]paletteuse=dither=bayer:bayer_scale=3:diff_mode=rectangle`;
    const gifArgs = ['-i', `file:${palette}`, '-filter_complex', draw, '-f', 'gif', `file:${path}`];
    await runFfmpeg({ args: [...source, ...gifArgs], ...pass(50, 'writing the GIF') }, tools);
    const { durationSeconds, frames: count } = await probeVideo({ path, contentType: 'image/gif' }, tools);
    return {
      gif: new OutputFile(path, 'image/gif', outputName(file, '', 'gif')),
      durationSeconds,
      frames: count,
      width: clip.width,
      height: clip.height,
      bytes: (await stat(path)).size,
    };
  },
};

function planClip({ startSeconds, durationSeconds, width, fps }: Input, video: VideoInfo): Clip {
  if (startSeconds >= video.durationSeconds) {
    const message = `is ${startSeconds} but the video ends after ${video.durationSeconds.toFixed(2)} s`;
    const validationErrors = [{ path: 'startSeconds', message }];
    throw new AppError('invalid_input', `startSeconds ${message}.`, { validationErrors });
  }
  const shownWidth = Math.min(width, video.width);
  return {
    start: startSeconds,
    duration: Math.min(durationSeconds, video.durationSeconds - startSeconds),
    width: shownWidth,
    height: Math.max(1, Math.round((video.height * shownWidth) / video.width)),
    fps: Math.min(fps, Math.max(1, Math.round(video.framesPerSecond))),
  };
}
