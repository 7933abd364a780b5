import { join } from 'node:path';
import { AppError } from '#libs/errors';
import { type LocalFile, OutputFile } from '../../engine.port.js';
import { type FrameFormat, FRAME_SIZES } from '../ffmpeg/frame-sizes.js';
import { FRAMES_PER_SECOND, H264_OUTPUT, TO_BT709 } from '../ffmpeg/h264.js';
import { runFfmpeg } from '../ffmpeg/run-ffmpeg.js';
import type { LocalModel, LocalModelJob } from '../local-model.js';
import { MAX_FILM_SECONDS } from './card.js';
import { type Background, renderSlide, type SlideLayout } from './slides.js';
import { countFrames, mix, momentAt, type Timeline } from './timeline.js';

const ENCODE_SECONDS = 240;

interface Input {
  images: string[];
  secondsPerImage: number;
  fadeSeconds: number;
  format: FrameFormat;
  background: Background;
}

export const model: LocalModel = {
  async run(job, tools) {
    const input = job.input as unknown as Input;
    const timeline = planTimeline(input);
    const files = inputFiles(job, input.images);
    const layout = { ...FRAME_SIZES[input.format], background: input.background };
    const durationSeconds = countFrames(timeline) / FRAMES_PER_SECOND;
    const path = join(job.workDir, 'slideshow.mp4');
    const source = ['-f', 'rawvideo', '-pix_fmt', 'rgb24', '-s', `${layout.width}x${layout.height}`];
    await runFfmpeg(
      {
        args: [
          ...[...source, '-framerate', `${FRAMES_PER_SECOND}`, '-i', 'pipe:0'],
          ...['-vf', TO_BT709, ...H264_OUTPUT, `file:${path}`],
        ],
        stdin: frames(files, timeline, layout),
        timeoutSeconds: ENCODE_SECONDS,
        outputSeconds: durationSeconds,
        onProgress: (percent) => tools.progress(percent, 'filming'),
      },
      tools,
    );
    const video = new OutputFile(path, 'video/mp4', 'slideshow.mp4');
    return { video, durationSeconds, width: layout.width, height: layout.height, fps: FRAMES_PER_SECOND };
  },
};

function planTimeline({ images, secondsPerImage, fadeSeconds }: Input): Timeline {
  if (images.length * secondsPerImage > MAX_FILM_SECONDS) {
    const most = Math.floor((MAX_FILM_SECONDS / images.length) * 10) / 10;
    throw refusal(
      'secondsPerImage',
      `must be at most ${most} for ${images.length} images: a slideshow lasts at most ${MAX_FILM_SECONDS} s`,
    );
  }
  return {
    slides: images.length,
    framesPerSlide: secondsPerImage * FRAMES_PER_SECOND,
    fadeFrames: Math.round(Math.min(fadeSeconds, secondsPerImage) * FRAMES_PER_SECOND),
  };
}

function refusal(path: string, message: string): AppError {
  return new AppError('invalid_input', `${path} ${message}.`, { validationErrors: [{ path, message }] });
}

function inputFiles(job: LocalModelJob, urls: readonly string[]): LocalFile[] {
  return urls.map((url, index) => {
    const file = job.files.get(url);
    if (!file) throw new Error(`The file of the field "images.${index}" was not handed over.`);
    return file;
  });
}

/** The film's frames, one after the other. Never more than two slides are in memory. */
async function* frames(
  files: readonly LocalFile[],
  timeline: Timeline,
  layout: SlideLayout,
): AsyncIterable<Uint8Array> {
  const mixed = new Uint8Array(layout.width * layout.height * 3);
  const slides = new Map<number, Uint8Array>();
  const slideAt = async (index: number) => {
    const slide = slides.get(index) ?? (await render(files, index, layout));
    slides.set(index, slide);
    return slide;
  };
  for (let frame = 0; frame < countFrames(timeline); frame++) {
    const { slide, next } = momentAt(frame, timeline);
    slides.delete(slide - 1);
    const current = await slideAt(slide);
    if (next) mix(current, await slideAt(next.slide), next.share, mixed);
    yield next ? mixed : current;
  }
}

async function render(files: readonly LocalFile[], index: number, layout: SlideLayout): Promise<Uint8Array> {
  try {
    return await renderSlide(files[index]!, layout);
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    const validationErrors = [{ path: `images.${index}`, message: error.message }];
    throw new AppError(
      error.code,
      `Image ${index + 1}: ${error.message}`,
      { validationErrors },
      { cause: error },
    );
  }
}
