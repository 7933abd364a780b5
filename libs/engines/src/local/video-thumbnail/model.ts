import { join } from 'node:path';
import { AppError } from '#libs/errors';
import { type LocalFile, OutputFile } from '../../engine.port.js';
import { listFrames } from '../ffmpeg/frame-list.js';
import { probeVideo, type VideoInfo } from '../ffmpeg/probe-video.js';
import { type FfmpegTools, runFfmpeg } from '../ffmpeg/run-ffmpeg.js';
import { videoInput } from '../ffmpeg/video-input.js';
import type { LocalModel } from '../local-model.js';
import { inputFile, outputName } from '../shared/files.js';

const SEARCH_TIMEOUT_SECONDS = 120;
const EXTRACT_TIMEOUT_SECONDS = 60;
/** The representative picture is searched in the first minutes only. */
const SEARCHED_SECONDS = 600;
/** Pictures that are compared. The filter holds them all, so they are made small first. */
const COMPARED_FRAMES = 100;
const COMPARED_WIDTH = 320;
/** Of longer videos only those pictures are compared that stand for themselves in the file: much less to decode. */
const KEY_FRAMES_BEYOND_SECONDS = 20;
/** Less than any distance between two pictures, more than any rounding of a time stamp. */
const TIME_TOLERANCE = 0.002;

const ENCODERS = {
  jpeg: { extension: 'jpg', args: ['-c:v', 'mjpeg', '-q:v', '2', '-pix_fmt', 'yuvj420p'] },
  png: { extension: 'png', args: ['-c:v', 'png', '-pix_fmt', 'rgb24'] },
} as const;

interface Input {
  second?: number;
  width: number;
  format: keyof typeof ENCODERS;
}

export const model: LocalModel = {
  async run(job, tools) {
    const file = inputFile(job, 'video');
    const { second, width, format } = job.input as unknown as Input;
    tools.progress(0, 'reading the video');
    const video = await probeVideo(file, tools);
    if (second === undefined) tools.progress(20, 'looking for the picture that represents the video');
    const at =
      second === undefined ? await findRepresentative(file, video, tools) : checkSecond(second, video);
    tools.progress(80, 'writing the picture');
    const shownWidth = Math.min(width, video.width);
    const height = Math.max(1, Math.round((video.height * shownWidth) / video.width));
    const { extension, args } = ENCODERS[format];
    const path = join(job.workDir, `thumbnail.${extension}`);
    const start = Math.max(0, at - TIME_TOLERANCE).toFixed(3);
    const filter = `scale=${shownWidth}:${height}:flags=lanczos:out_range=pc,setsar=1`;
    const output = [
      '-map',
      '0:V:0',
      '-vf',
      filter,
      '-frames:v',
      '1',
      ...args,
      '-f',
      'image2',
      '-update',
      '1',
    ];
    await runFfmpeg(
      {
        args: [...videoInput(file, ['-ss', start]), ...output, `file:${path}`],
        timeoutSeconds: EXTRACT_TIMEOUT_SECONDS,
      },
      tools,
    );
    const image = new OutputFile(path, `image/${format}`, outputName(file, '', extension));
    return { image, second: Number(at.toFixed(3)), width: shownWidth, height };
  },
};

/** The time of the picture that is shown at a given second. */
function checkSecond(second: number, video: VideoInfo): number {
  if (second > video.durationSeconds) {
    const message = `is ${second} but the video ends after ${video.durationSeconds.toFixed(2)} s`;
    throw new AppError('invalid_input', `second ${message}.`, {
      validationErrors: [{ path: 'second', message }],
    });
  }
  return Math.min(second, video.lastFrameSeconds);
}

/** The picture whose colours are nearest to the average of the pictures compared: not a fade, not a flash. */
async function findRepresentative(file: LocalFile, video: VideoInfo, tools: FfmpegTools): Promise<number> {
  const searched = Math.min(video.durationSeconds, SEARCHED_SECONDS);
  const keyFramesOnly = video.durationSeconds > KEY_FRAMES_BEYOND_SECONDS;
  const step = (searched / COMPARED_FRAMES).toFixed(4);
  const spread = `select='isnan(prev_selected_t)+gte(t-prev_selected_t\\,${step})'`;
  const { firstSeconds } = await listFrames(
    file,
    {
      input: [...(keyFramesOnly ? ['-skip_frame', 'nokey'] : []), '-t', `${searched}`],
      output: ['-vf', `${spread},scale=${COMPARED_WIDTH}:-2,thumbnail=${COMPARED_FRAMES}`, '-frames:v', '1'],
      timeoutSeconds: SEARCH_TIMEOUT_SECONDS,
    },
    tools,
  );
  return Math.min(Math.max(0, firstSeconds), video.lastFrameSeconds);
}
