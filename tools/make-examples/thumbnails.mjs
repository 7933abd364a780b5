import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import { labelSvg, labelWidth } from '../../dist/libs/engines/src/local/shared/label.js';

const WIDTH = 320;
const HEIGHT = 240;
const SAMPLES = fileURLToPath(new URL('../../samples/', import.meta.url));

/** How the thumbnail of each model is made; the other models bring their own. */
const DRAWERS = {
  upscale: drawBeforeAndAfter,
  'remove-background': drawCutOut,
  'detect-objects': (_, folder) => sharp(join(folder, 'example.jpg')).resize(WIDTH, HEIGHT),
  ocr: drawLines,
  'detect-language': drawGuess,
};

/** Writes `thumbnail.jpg` into the model's folder. */
export async function drawThumbnail(alias, output, localModels) {
  const draw = DRAWERS[alias];
  if (!draw) return;
  const folder = join(localModels, alias);
  const picture = await draw(output, folder);
  const { size } = await picture.jpeg({ quality: 80 }).toFile(join(folder, 'thumbnail.jpg'));
  console.log(`  thumbnail.jpg: ${size} bytes`);
}

const svg = (body, width = WIDTH, height = HEIGHT) =>
  Buffer.from(`<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">${body}</svg>`);

/** One eye of the cat: left as nearest pixels, right as the model enlarged them. */
async function drawBeforeAndAfter(_, folder) {
  const part = { left: 140, top: 85, width: 80, height: 60 };
  const doubled = Object.fromEntries(Object.entries(part).map(([key, value]) => [key, value * 2]));
  const half = { left: 0, top: 0, width: WIDTH / 2, height: HEIGHT };
  const before = await sharp(join(SAMPLES, 'chelsea.jpg'))
    .extract(part)
    .resize(WIDTH, HEIGHT, { kernel: 'nearest' })
    .toBuffer();
  const after = await sharp(join(folder, 'example.jpg')).extract(doubled).resize(WIDTH, HEIGHT).toBuffer();
  const left = await sharp(before).extract(half).toBuffer();
  return sharp(after).composite([
    { input: left, left: 0, top: 0 },
    { input: svg('<rect width="2" height="240" fill="#ffffff"/>', 2), left: WIDTH / 2 - 1, top: 0 },
  ]);
}

async function drawCutOut(_, folder) {
  const squares =
    '<pattern id="p" width="24" height="24" patternUnits="userSpaceOnUse"><path d="M0 0h12v24h12V12H0z" fill="#d4d4d4"/></pattern>';
  const board = svg(
    `<defs>${squares}</defs><rect width="100%" height="100%" fill="#fff"/><rect width="100%" height="100%" fill="url(#p)"/>`,
  );
  const person = await sharp(join(folder, 'example.png')).resize(WIDTH, HEIGHT, { fit: 'inside' }).toBuffer();
  return sharp(board).composite([{ input: person }]);
}

async function drawLines({ lines }) {
  const sample = sharp(join(SAMPLES, 'printed-text.png')).flatten({ background: '#fff' });
  const { width, height } = await sample.metadata();
  const boxes = lines.map(
    ({ box }) =>
      `<rect x="${box.x}" y="${box.y}" width="${box.width}" height="${box.height}" fill="#2a6fdb" fill-opacity="0.15" stroke="#2a6fdb" stroke-width="3"/>`,
  );
  const marked = await sample.composite([{ input: svg(boxes.join(''), width, height) }]).toBuffer();
  return sharp(marked)
    .extract({ left: 0, top: 0, width: 400, height })
    .resize(WIDTH, HEIGHT, { fit: 'contain', background: '#fff' });
}

async function drawGuess({ candidates }) {
  const rows = candidates.map(({ name, confidence }, index) => {
    const y = 80 + index * 48;
    const label = labelSvg(name, 26, 24, y);
    const bar = `<rect x="24" y="${y + 10}" width="${Math.max(3, confidence * 272)}" height="8" fill="#2a6fdb"/>`;
    return `<g fill="#202830">${label}</g>${bar}`;
  });
  const percent = `${Math.round(candidates[0].confidence * 100)}%`;
  const title = `<g fill="#2a6fdb">${labelSvg(percent, 30, WIDTH - 24 - labelWidth(percent, 30), 80)}</g>`;
  return sharp(svg(`<rect width="100%" height="100%" fill="#f4f6f9"/>${title}${rows.join('')}`));
}
