/** @jest-environment ./test/support/native-environment.mjs */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { testTools } from '../../../../../test/support/model-tools.js';
import { model } from './model.js';

const SAMPLES = join(import.meta.dirname, '../../../../../samples');
const tools = testTools();

jest.setTimeout(90_000);

interface Line {
  text: string;
  confidence: number;
  box: { x: number; y: number; width: number; height: number };
}

describe('ocr', () => {
  let workDir: string;
  beforeAll(async () => (workDir = await mkdtemp(join(tmpdir(), 'ocr-'))));
  afterAll(() => rm(workDir, { recursive: true }));

  async function read(path: string, minConfidence = 0.5) {
    const file = { path, contentType: 'image/png', size: 1, fileName: 'page.png' };
    const input = { image: 'u', minConfidence };
    const output = await model.run({ requestId: 'r', workDir, input, files: new Map([['u', file]]) }, tools);
    return { text: String(output['text']), lines: output['lines'] as Line[] };
  }

  it('reads clean print without a fault, spaces included, and tells where', async () => {
    const { text, lines } = await read(join(SAMPLES, 'printed-text.png'));
    expect(text).toBe(
      'Invoice No. 2026-0417\n' +
        'Total due: $1,284.50 by 30 June\n' +
        'The quick brown fox jumps over the lazy dog.\n' +
        'support@example.com',
    );
    expect(lines.every(({ confidence }) => confidence > 0.9)).toBe(true);
    // Measured by eye: the first line spans 30–482 × 38–75.
    const { x, y, width, height } = lines[0]!.box;
    expect(Math.abs(x - 30)).toBeLessThan(15);
    expect(Math.abs(x + width - 482)).toBeLessThan(15);
    expect(y).toBeLessThan(45);
    expect(y + height).toBeGreaterThan(68);
  });

  it('reads every paragraph line of a shadowed, curved page', async () => {
    const { text } = await read(join(SAMPLES, 'book-page.png'));
    const squeezed = text.replaceAll(' ', '');
    for (const line of [
      'Region-based segmentation',
      'Let us first determine markers of the coins and the',
      'background. These markers are pixels that we can label',
      'unambiguously as either object or background. Here,',
      'the markers are found at the two extreme parts of the',
      'histogram of grey values:',
    ]) {
      expect(squeezed).toContain(line.replaceAll(' ', ''));
    }
  });

  it('turns a photo upright before it reads', async () => {
    const lying = join(workDir, 'lying.jpg');
    await sharp(join(SAMPLES, 'printed-text.png'))
      .flatten({ background: '#fff' })
      .rotate(90)
      .withMetadata({ orientation: 8 })
      .jpeg({ quality: 95 })
      .toFile(lying);
    expect((await read(lying)).text).toContain('2026-0417');
  });

  it('gives nothing for a picture without text', async () => {
    expect(await read(join(SAMPLES, 'coffee.jpg'))).toEqual({ text: '', lines: [] });
  });

  it('leaves out lines that it is less sure of than asked', async () => {
    expect((await read(join(SAMPLES, 'printed-text.png'), 1)).lines).toEqual([]);
  });
});
