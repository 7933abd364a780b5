import type { LocalModelTools } from '../local-model.js';
import { OnnxSession } from '../shared/onnx-session.js';
import { decode, type Picture, readable, toPlanes } from '../shared/picture.js';

/** The model sees a square of this size, the picture stretched to it, as MediaPipe feeds it. */
export const MASK_SIZE = 256;

/** @returns how likely each of 256×256 cells belongs to a person, 0 to 1, row by row */
export async function segmentPerson(
  tools: Pick<LocalModelTools, 'session'>,
  picture: Picture,
): Promise<Float32Array> {
  const rgb = await readable(
    decode(picture)
      .flatten({ background: '#ffffff' })
      .resize(MASK_SIZE, MASK_SIZE, { fit: 'fill' })
      .removeAlpha()
      .raw()
      .toBuffer(),
  );
  const session = await tools.session('selfie', () =>
    OnnxSession.load(new URL('./selfie.onnx', import.meta.url)),
  );
  const outputs = await session.run(toPlanes(rgb, 1 / 255), [1, 3, MASK_SIZE, MASK_SIZE]);
  const mask = outputs['activation_10']?.data;
  if (!mask) throw new Error('The segmenter gave no mask.');
  return mask;
}
