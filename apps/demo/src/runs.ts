import sharp from 'sharp';
import type { Json } from './assistant.js';

/** A result as the demo judges it: the output object and the bytes behind each URL in it, by field. */
export interface RunResult {
  output: Json;
  file: (field: string) => Buffer;
}

export interface DemoRun {
  endpoint: string;
  /** The recommended list in which the endpoint is looked up. */
  category: 'image' | 'video' | 'utility';
  kind: 'model' | 'wrapper';
  /** Sample that is uploaded first and stands in the input field `upload.field`. */
  upload?: { field: string; sample: string };
  input: Json;
  /** Says what is wrong with the result, or nothing when it is what it should be. */
  judge(result: RunResult): Promise<string | undefined>;
}

const expect = (holds: boolean, problem: string): string | undefined => (holds ? undefined : problem);

async function judgeUpscaled({ file }: RunResult): Promise<string | undefined> {
  const { width, height } = await sharp(file('image')).metadata();
  return expect(width === 1024 && height === 1024, `expected 1024×1024, got ${width}×${height}`);
}

async function judgeCutOut({ file }: RunResult): Promise<string | undefined> {
  const { data, info } = await sharp(file('image')).ensureAlpha().raw().toBuffer({ resolveWithObject: true });
  const alphaAt = (x: number, y: number) =>
    data[(Math.floor(y * info.height) * info.width + Math.floor(x * info.width)) * info.channels + 3] ?? -1;
  return (
    expect(alphaAt(0.45, 0.3) > 200, 'the person is not in the cut-out') ??
    expect(alphaAt(0.97, 0.03) < 60, 'the background is still there')
  );
}

async function judgeVideo({ file, output }: RunResult): Promise<string | undefined> {
  const bytes = file('video');
  return (
    expect(bytes.subarray(4, 8).toString() === 'ftyp', 'not an MP4 file') ??
    expect(
      Math.abs(Number(output.durationSeconds) - 3) < 0.2,
      `lasts ${String(output.durationSeconds)} s, not 3 s`,
    )
  );
}

async function judgeText({ output }: RunResult): Promise<string | undefined> {
  return expect(
    String(output.text).includes('2026-0417'),
    `the invoice number is missing in: ${String(output.text)}`,
  );
}

async function judgeSpeech({ file }: RunResult): Promise<string | undefined> {
  const bytes = file('audio');
  const samples = new Int16Array(
    bytes.buffer.slice(bytes.byteOffset + 44, bytes.byteOffset + (bytes.length & ~1)),
  );
  const rms = Math.sqrt(samples.reduce((sum, sample) => sum + sample * sample, 0) / samples.length);
  return (
    expect(bytes.subarray(0, 4).toString() === 'RIFF', 'not a WAV file') ??
    expect(rms > 300, `almost silent (RMS ${rms.toFixed(0)} of 32,768)`)
  );
}

/** One model of each category and a wrapper, on the sample inputs. */
export const DEMO_RUNS: DemoRun[] = [
  {
    endpoint: 'modelrunner/upscale',
    category: 'image',
    kind: 'model',
    upload: { field: 'image', sample: 'astronaut.jpg' },
    input: {},
    judge: judgeUpscaled,
  },
  {
    endpoint: 'modelrunner/remove-background',
    category: 'image',
    kind: 'model',
    upload: { field: 'image', sample: 'astronaut.jpg' },
    input: {},
    judge: judgeCutOut,
  },
  {
    endpoint: 'modelrunner/animate-image',
    category: 'video',
    kind: 'model',
    upload: { field: 'image', sample: 'astronaut.jpg' },
    input: { durationSeconds: 3 },
    judge: judgeVideo,
  },
  {
    endpoint: 'modelrunner/ocr',
    category: 'utility',
    kind: 'model',
    upload: { field: 'image', sample: 'printed-text.png' },
    input: {},
    judge: judgeText,
  },
  {
    endpoint: 'modelrunner/spoken-announcement',
    category: 'utility',
    kind: 'wrapper',
    input: { event: 'The summer concert begins.', place: 'the main hall', time: 'today at half past six' },
    judge: judgeSpeech,
  },
];
