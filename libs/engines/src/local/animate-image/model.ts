import { join } from 'node:path';
import { OutputFile } from '../../engine.port.js';
import type { Box } from '../detect-objects/boxes.js';
import { FRAMES_PER_SECOND, H264_OUTPUT } from '../ffmpeg/h264.js';
import { runFfmpeg } from '../ffmpeg/run-ffmpeg.js';
import type { LocalModel } from '../local-model.js';
import { inputFile, outputName } from '../shared/files.js';
import { decode, type Picture, readable } from '../shared/picture.js';
import { cameraFilter, type Film, shownRegion } from './camera-filter.js';
import { type Motion, planShot } from './framing.js';
import { type FrameFormat, FRAME_SIZES } from '../ffmpeg/frame-sizes.js';
import { findSubject } from './subject.js';

const ENCODE_SECONDS = 120;

interface Input {
  motion: Motion;
  durationSeconds: number;
  format: FrameFormat;
  zoom: number;
}

export const model: LocalModel = {
  async run(job, tools) {
    const { motion, durationSeconds, format, zoom } = job.input as unknown as Input;
    const file = inputFile(job, 'image');
    tools.progress(0, 'looking for the subject');
    const { picture, label, ...subject } = await findSubject(tools, file.path);
    tools.log(`subject: ${label ?? 'none known, so the most eye-catching spot'}`);
    const size = FRAME_SIZES[format];
    const path = planShot({ picture, subject, aspect: size.width / size.height, motion, zoom });
    const film = {
      ...size,
      frames: Math.round(durationSeconds * FRAMES_PER_SECOND),
      framesPerSecond: FRAMES_PER_SECOND,
    };
    const still = join(job.workDir, 'still.png');
    await cutStill(picture, shownRegion(path), film, { zoom, path: still });
    const output = join(job.workDir, 'animation.mp4');
    const onProgress = (percent: number) => tools.progress(20 + percent * 0.8, 'filming');
    const filter = ['-vf', cameraFilter(path, film), '-frames:v', `${film.frames}`];
    await runFfmpeg(
      {
        args: [
          '-framerate',
          `${FRAMES_PER_SECOND}`,
          '-i',
          `file:${still}`,
          ...filter,
          ...H264_OUTPUT,
          `file:${output}`,
        ],
        timeoutSeconds: ENCODE_SECONDS,
        outputSeconds: durationSeconds,
        onProgress,
      },
      tools,
    );
    return {
      video: new OutputFile(output, 'video/mp4', outputName(file, `-${motion}`, 'mp4')),
      durationSeconds: film.frames / FRAMES_PER_SECOND,
      width: size.width,
      height: size.height,
      fps: FRAMES_PER_SECOND,
      ...(label && { subject: label }),
    };
  },
};

/** Writes the part of the picture that will be shown, no larger than the film can show of it. */
async function cutStill(picture: Picture, region: Box, film: Film, still: { zoom: number; path: string }) {
  const left = Math.floor(region.x);
  const top = Math.floor(region.y);
  const width = Math.min(picture.width, Math.ceil(region.x + region.width)) - left;
  const height = Math.min(picture.height, Math.ceil(region.y + region.height)) - top;
  const most = Math.max(film.width, film.height) * still.zoom;
  await readable(
    decode(picture)
      .flatten({ background: '#ffffff' })
      .extract({ left, top, width, height })
      .resize(Math.ceil(most), Math.ceil(most), { fit: 'inside', withoutEnlargement: true })
      .png({ compressionLevel: 1 })
      .toFile(still.path),
  );
}
