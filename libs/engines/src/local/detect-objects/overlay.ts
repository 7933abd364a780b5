import sharp from 'sharp';
import { labelSvg, labelWidth } from '../shared/label.js';
import { decode, type Picture, readable } from '../shared/picture.js';
import type { Detection } from './boxes.js';

/** Longest side of the overlay: enough to look at, whatever the picture's size. */
const MAX_SIDE = 1600;
/** Colours that stand out on photographs and from each other. */
const COLOURS = ['#e6194b', '#3cb44b', '#4363d8', '#f58231', '#911eb4', '#008080', '#9a6324', '#800000'];

/** Draws the boxes, with label and score, into a copy of the picture. */
export async function drawOverlay(
  picture: Picture,
  objects: readonly Detection[],
  path: string,
): Promise<void> {
  const scale = Math.min(1, MAX_SIDE / Math.max(picture.width, picture.height));
  const width = Math.max(1, Math.round(picture.width * scale));
  const height = Math.max(1, Math.round(picture.height * scale));
  const shrunk = await readable(
    decode(picture)
      .flatten({ background: '#ffffff' })
      .resize(width, height, { fit: 'fill' })
      .raw()
      .toBuffer({ resolveWithObject: true }),
  );
  const { channels } = shrunk.info;
  await sharp(shrunk.data, { raw: { width, height, channels } })
    .composite([{ input: Buffer.from(overlaySvg(objects, scale, width, height)) }])
    .jpeg({ quality: 88 })
    .toFile(path);
}

function overlaySvg(objects: readonly Detection[], scale: number, width: number, height: number): string {
  const unit = Math.max(2, Math.round(Math.max(width, height) / 250));
  const labels = [...new Set(objects.map(({ label }) => label))];
  // Best last, so that it lies on top.
  const marks = [...objects].reverse().map(({ label, score, box }) => {
    const colour = COLOURS[labels.indexOf(label) % COLOURS.length] ?? '#000000';
    const [x, y] = [box.x * scale, box.y * scale];
    const frame =
      `<rect x="${x}" y="${y}" width="${box.width * scale}" height="${box.height * scale}" ` +
      `fill="none" stroke="${colour}" stroke-width="${unit}"/>`;
    return frame + caption(`${label} ${Math.round(score * 100)}%`, colour, { x, y, unit, width });
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">${marks.join('')}</svg>`;
}

/** The label on a plate: above the box when there is room, else inside its top edge. */
function caption(
  text: string,
  colour: string,
  at: { x: number; y: number; unit: number; width: number },
): string {
  const size = Math.max(12, at.unit * 7);
  const padding = size * 0.3;
  const plateWidth = labelWidth(text, size) + 2 * padding;
  const plateHeight = size * 1.4;
  const x = Math.max(0, Math.min(at.x - at.unit / 2, at.width - plateWidth));
  const y = at.y >= plateHeight ? at.y - plateHeight : Math.max(0, at.y);
  return (
    `<rect x="${x}" y="${y}" width="${plateWidth}" height="${plateHeight}" fill="${colour}"/>` +
    `<g fill="#ffffff">${labelSvg(text, size, x + padding, y + size * 1.03)}</g>`
  );
}
