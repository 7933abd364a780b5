import { join } from 'node:path';
import { AppError } from '#libs/errors';
import sharp from 'sharp';
import { OutputFile } from '../../engine.port.js';
import { detectObjects } from '../detect-objects/detector.js';
import type { LocalModel } from '../local-model.js';
import { inputFile, outputName } from '../shared/files.js';
import { decode, openPicture, type Picture, readable } from '../shared/picture.js';
import { MAX_INPUT_PIXELS } from './card.js';
import { fitMask } from './mask.js';
import { segmentPerson } from './segmenter.js';

/** Below this share of the picture there is no person to cut out. */
const LEAST_COVERAGE = 0.005;
/** A person that the detector is this sure of counts as seen. */
const DETECTOR_THRESHOLD = 0.25;

export const model: LocalModel = {
  async run(job, tools) {
    const file = inputFile(job, 'image');
    const picture = await openPicture(file, MAX_INPUT_PIXELS);
    const mask = await segmentPerson(tools, picture);
    const personCoverage = share(mask, (value) => value > 0.5);
    if (personCoverage < LEAST_COVERAGE) {
      throw new AppError(
        'invalid_file',
        'No person was found in the picture. This model cuts out people only.',
      );
    }
    tools.progress(40, 'looking for people');
    const { objects } = await detectObjects(tools, file.path, {
      threshold: DETECTOR_THRESHOLD,
      maxObjects: 100,
    });
    tools.progress(60, 'cutting out');
    const path = join(job.workDir, 'cut-out.png');
    await writeCutOut(picture, mask, String(job.input['background']), path);
    return {
      image: new OutputFile(path, 'image/png', outputName(file, '-cut-out', 'png')),
      personCoverage: Math.round(personCoverage * 1000) / 1000,
      personDetected: objects.some(({ label }) => label === 'person'),
    };
  },
};

function share(values: Float32Array, matches: (value: number) => boolean): number {
  return values.reduce((count, value) => count + (matches(value) ? 1 : 0), 0) / values.length;
}

async function writeCutOut(
  picture: Picture,
  mask: Float32Array,
  background: string,
  path: string,
): Promise<void> {
  const { width, height } = picture;
  const alpha = await fitMask(picture, mask);
  const pipeline = decode(picture)
    .flatten({ background: '#ffffff' })
    .joinChannel(alpha, { raw: { width, height, channels: 1 } });
  const rgba = await readable(pipeline.raw().toBuffer());
  forgetHidden(rgba);
  const cutOut = sharp(rgba, { raw: { width, height, channels: 4 } });
  if (background !== 'transparent') cutOut.flatten({ background });
  await cutOut.png().toFile(path);
}

/** Blackens what is fully transparent: who makes it visible again must not find the background there. */
function forgetHidden(rgba: Uint8Array): void {
  for (let i = 0; i < rgba.length; i += 4) {
    if (rgba[i + 3] === 0) rgba.fill(0, i, i + 3);
  }
}
