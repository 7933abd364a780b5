import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { OutputFile } from '../../engine.port.js';
import { testTools } from '../../../../../test/support/model-tools.js';
import { model } from './model.js';
import { parseWav } from './wav.js';

const TEXT = 'Hello! Your picture has been enlarged. This voice runs inside the platform.';

// A busy machine takes its time.
jest.setTimeout(60_000);

describe('text-to-speech', () => {
  let workDir: string;
  beforeAll(async () => (workDir = await mkdtemp(join(tmpdir(), 'speech-'))));
  afterAll(() => rm(workDir, { recursive: true }));

  async function speak(input: { text: string; voice?: string; speed?: number }, tools = testTools()) {
    const job = { requestId: 'r', files: new Map(), workDir, input: { voice: 'slt', speed: 1, ...input } };
    const output = await model.run(job, tools);
    const { path, contentType } = output['audio'] as OutputFile;
    const bytes = await readFile(path);
    return { output, contentType, bytes, ...parseWav(bytes) };
  }

  it('writes a WAV file whose header agrees with its samples', async () => {
    const { output, bytes, contentType, samples, sampleRate } = await speak({ text: TEXT });
    expect(contentType).toBe('audio/wav');
    expect(bytes.readUInt32LE(4)).toBe(bytes.length - 8);
    expect(bytes.readUInt32LE(40)).toBe(bytes.length - 44);
    expect(sampleRate).toBe(16_000);
    expect(output).toMatchObject({
      sampleRate,
      durationSeconds: expect.closeTo(samples.length / 2 / sampleRate, 2),
    });
  });

  it('speaks at the pace and the loudness of a person', async () => {
    const { output, samples } = await speak({ text: TEXT });
    // People read aloud 10 to 20 characters a second.
    const pace = TEXT.length / (output['durationSeconds'] as number);
    expect(pace).toBeGreaterThan(10);
    expect(pace).toBeLessThan(20);
    const { decibels, clipped } = loudness(samples);
    expect(decibels).toBeGreaterThan(-30);
    expect(decibels).toBeLessThan(-8);
    expect(clipped).toBeLessThan(0.001);
  });

  it.each([
    ['slt', 16_000, 150, 260],
    ['rms', 16_000, 70, 140],
    ['awb', 16_000, 80, 150],
    ['kal', 8_000, 70, 140],
  ])('speaks with the voice %s at its own pitch', async (voice, sampleRate, lowest, highest) => {
    const speech = await speak({ text: TEXT, voice });
    expect(speech.sampleRate).toBe(sampleRate);
    const pitch = medianPitch(speech.samples, sampleRate);
    expect(pitch).toBeGreaterThan(lowest);
    expect(pitch).toBeLessThan(highest);
  });

  it('speaks faster and slower', async () => {
    const seconds = async (speed: number) =>
      (await speak({ text: TEXT, speed })).output['durationSeconds'] as number;
    const normal = await seconds(1);
    expect((await seconds(2)) / normal).toBeCloseTo(0.5, 1);
    expect((await seconds(0.5)) / normal).toBeCloseTo(2, 1);
  });

  it('speaks a long text piece by piece, as long as its parts together, and tells its progress', async () => {
    const tools = testTools();
    const one = await speak({ text: TEXT });
    const ten = await speak({ text: `${TEXT} `.repeat(10) }, tools);
    const ratio = (ten.output['durationSeconds'] as number) / (one.output['durationSeconds'] as number);
    expect(ratio).toBeGreaterThan(9);
    expect(ratio).toBeLessThan(11);
    expect(tools.percents.length).toBeGreaterThanOrEqual(2);
  });

  it('survives many runs in one process', async () => {
    const lengths = new Set<number>();
    for (let run = 0; run < 25; run++) lengths.add((await speak({ text: TEXT })).bytes.length);
    expect(lengths.size).toBe(1);
  });

  it('refuses a text that would be read out for more than a quarter of an hour', async () => {
    const figures = speak({ text: '7'.repeat(5000), voice: 'kal', speed: 0.5 });
    await expect(figures).rejects.toMatchObject({
      code: 'invalid_input',
      message: expect.stringContaining('15 minutes'),
    });
  });

  it('stops between two pieces when the run is aborted', async () => {
    const abort = new AbortController();
    const tools = testTools({ signal: abort.signal });
    const run = speak({ text: `${TEXT} `.repeat(60) }, { ...tools, progress: () => abort.abort() });
    await expect(run).rejects.toThrow(/abort/i);
  });
});

function loudness(samples: Uint8Array): { decibels: number; clipped: number } {
  const view = values(samples);
  const power = view.reduce((sum, value) => sum + value ** 2, 0) / view.length;
  return {
    decibels: 10 * Math.log10(power / 32768 ** 2),
    clipped: view.filter((value) => Math.abs(value) >= 32767).length / view.length,
  };
}

/** The median of the voiced parts' fundamental frequency in Hz, each by autocorrelation over 40 ms. */
function medianPitch(samples: Uint8Array, sampleRate: number): number {
  const view = values(samples);
  const frame = Math.round(sampleRate * 0.04);
  const pitches: number[] = [];
  for (let start = 0; start + 2 * frame < view.length; start += frame) {
    const { lag, strength } = strongestPeriod(view, start, frame, sampleRate);
    if (strength > 0.7) pitches.push(sampleRate / lag);
  }
  return pitches.sort((a, b) => a - b)[Math.floor(pitches.length / 2)] ?? 0;
}

function strongestPeriod(view: readonly number[], start: number, frame: number, sampleRate: number) {
  let best = { lag: 1, strength: 0 };
  for (let lag = Math.floor(sampleRate / 400); lag <= sampleRate / 60; lag++) {
    let [product, energy, shifted] = [0, 1, 1];
    for (let i = start; i < start + frame; i++) {
      const [a = 0, b = 0] = [view[i], view[i + lag]];
      product += a * b;
      energy += a * a;
      shifted += b * b;
    }
    // Twice the period correlates as well as the period itself: the longer one must be clearly better.
    const strength = product / Math.sqrt(energy * shifted);
    if (energy > frame * 1e5 && strength > best.strength + 0.03) best = { lag, strength };
  }
  return best;
}

function values(samples: Uint8Array): number[] {
  const bytes = Buffer.from(samples);
  return Array.from({ length: bytes.length / 2 }, (_, index) => bytes.readInt16LE(index * 2));
}
