import type { LocalModelTools } from '../local-model.js';
import { OnnxSession, type Tensors } from '../shared/onnx-session.js';
import { decode, openPicture, type Picture, readable, toPlanes } from '../shared/picture.js';
import { clipBox, type Detection, suppressOverlaps } from './boxes.js';
import { COCO_LABELS } from './coco-labels.js';

/** The model sees a square of this size. */
const INPUT_SIZE = 512;
/** One cell of its answer covers this many input pixels. */
const STRIDE = 4;
const GRID = INPUT_SIZE / STRIDE;

export interface DetectorOptions {
  /** Least score, 0 to 1. */
  threshold: number;
  maxObjects: number;
}

/** How the picture lies in the model's square: scaled by `scale`, with a black margin left and top. */
interface Letterbox {
  scale: number;
  left: number;
  top: number;
}

/**
 * Finds everyday objects with CenterNet (MobileNet v3, COCO). For use inside an engine process.
 * @param imagePath any picture that `openPicture` takes; boxes are in pixels of the upright picture
 * @returns best first
 */
export async function detectObjects(
  tools: Pick<LocalModelTools, 'session'>,
  imagePath: string,
  options: DetectorOptions,
): Promise<{ picture: Picture; objects: Detection[] }> {
  const picture = await openPicture({ path: imagePath });
  const { rgb, letterbox } = await fitIntoSquare(picture);
  const session = await tools.session('centernet', () =>
    OnnxSession.load(new URL('./centernet.onnx', import.meta.url)),
  );
  const outputs = await session.run(toPlanes(rgb, 1), [1, 3, INPUT_SIZE, INPUT_SIZE]);
  const found = findPeaks(outputs, options.threshold).map(({ label, score, left, top, right, bottom }) => {
    const x = (left - letterbox.left) / letterbox.scale;
    const y = (top - letterbox.top) / letterbox.scale;
    const width = (right - left) / letterbox.scale;
    const height = (bottom - top) / letterbox.scale;
    return { label, score, box: clipBox({ x, y, width, height }, picture.width, picture.height) };
  });
  const visible = found.filter(({ box }) => box.width > 0 && box.height > 0);
  return { picture, objects: suppressOverlaps(visible).slice(0, options.maxObjects) };
}

/** Letterboxed, as in training: stretched to the square, objects are missed and cats become dogs. */
async function fitIntoSquare(picture: Picture): Promise<{ rgb: Uint8Array; letterbox: Letterbox }> {
  const scale = Math.min(INPUT_SIZE / picture.width, INPUT_SIZE / picture.height);
  const width = Math.max(1, Math.round(picture.width * scale));
  const height = Math.max(1, Math.round(picture.height * scale));
  const left = Math.floor((INPUT_SIZE - width) / 2);
  const top = Math.floor((INPUT_SIZE - height) / 2);
  const rgb = await readable(
    decode(picture)
      .flatten({ background: '#ffffff' })
      .resize(width, height, { fit: 'fill' })
      .extend({
        left,
        top,
        right: INPUT_SIZE - width - left,
        bottom: INPUT_SIZE - height - top,
        background: '#000000',
      })
      .removeAlpha()
      .raw()
      .toBuffer(),
  );
  return { rgb, letterbox: { scale, left, top } };
}

interface Peak {
  label: string;
  score: number;
  /** Edges in pixels of the model's square. */
  left: number;
  top: number;
  right: number;
  bottom: number;
}

/** A cell is an object's centre when it beats its eight neighbours; its four distances give the edges. */
function findPeaks(outputs: Tensors, threshold: number): Peak[] {
  const heat = outputs['tower_0/keypoints']?.data;
  const distances = outputs['tower_0/wh']?.data;
  if (!heat || !distances) throw new Error('The detector gave no heat map.');
  const cells = GRID * GRID;
  const peaks: Peak[] = [];
  for (const [index, label] of COCO_LABELS.entries()) {
    const plane = heat.subarray(index * cells, (index + 1) * cells);
    for (let cell = 0; cell < cells; cell++) {
      const score = plane[cell] ?? 0;
      if (score < threshold || !isLocalMaximum(plane, cell)) continue;
      const x = (cell % GRID) * STRIDE;
      const y = Math.floor(cell / GRID) * STRIDE;
      const distance = (edge: number) => distances[edge * cells + cell] ?? 0;
      peaks.push({
        label,
        score,
        left: x - distance(0),
        top: y - distance(1),
        right: x + distance(2),
        bottom: y + distance(3),
      });
    }
  }
  return peaks;
}

function isLocalMaximum(plane: Float32Array, cell: number): boolean {
  const x = cell % GRID;
  const y = Math.floor(cell / GRID);
  const score = plane[cell] ?? 0;
  for (let row = Math.max(0, y - 1); row <= Math.min(GRID - 1, y + 1); row++) {
    for (let column = Math.max(0, x - 1); column <= Math.min(GRID - 1, x + 1); column++) {
      if ((plane[row * GRID + column] ?? 0) > score) return false;
    }
  }
  return true;
}
