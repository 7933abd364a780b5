import { join } from 'node:path';
import { OutputFile } from '../../engine.port.js';
import type { LocalModel } from '../local-model.js';
import { inputFile, outputName } from '../shared/files.js';
import { detectObjects } from './detector.js';
import { drawOverlay } from './overlay.js';

export const model: LocalModel = {
  async run(job, tools) {
    const file = inputFile(job, 'image');
    const { picture, objects } = await detectObjects(tools, file.path, {
      threshold: Number(job.input['threshold']),
      maxObjects: Number(job.input['maxObjects']),
    });
    tools.progress(60, 'drawing');
    const path = join(job.workDir, 'overlay.jpg');
    await drawOverlay(picture, objects, path);
    return {
      objects: objects.map((object) => ({ ...object, score: Math.round(object.score * 1000) / 1000 })),
      width: picture.width,
      height: picture.height,
      overlay: new OutputFile(path, 'image/jpeg', outputName(file, '-objects', 'jpg')),
    };
  },
};
