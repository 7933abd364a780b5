import { join } from 'node:path';
import { OutputFile } from '../../engine.port.js';
import type { LocalModel } from '../local-model.js';
import { inputFile, outputName } from '../shared/files.js';
import { OnnxSession } from '../shared/onnx-session.js';
import { decode, openPicture, readable } from '../shared/picture.js';
import sharp from 'sharp';
import { MAX_INPUT_PIXELS } from './card.js';
import { type Pixels, SCALE, upscale } from './upscaler.js';

/** Writing the file is the last part of the work: about this much of it, in percent. */
const WRITING_SHARE = 10;

export const model: LocalModel = {
  async run(job, tools) {
    const file = inputFile(job, 'image');
    const picture = await openPicture(file, MAX_INPUT_PIXELS);
    const format = job.input['format'] === 'jpeg' ? 'jpeg' : 'png';
    const session = await tools.session('esrgan-x2', () =>
      OnnxSession.load(new URL('./esrgan-x2.onnx', import.meta.url)),
    );
    const source = await readPixels(picture, format === 'png' && picture.hasAlpha);
    const result = await upscale(session, source, {
      signal: tools.signal,
      onTile: (done) => tools.progress(done * (100 - WRITING_SHARE), 'upscaling'),
    });
    if (source.channels === 4) await copyAlpha(source, result);
    tools.progress(100 - WRITING_SHARE, 'writing the file');
    const path = join(job.workDir, `upscaled.${format}`);
    await writePicture(result, path, format);
    const { width, height } = result;
    const name = outputName(file, '-x2', format === 'jpeg' ? 'jpg' : 'png');
    return { image: new OutputFile(path, `image/${format}`, name), width, height };
  },
};

type Picture = Awaited<ReturnType<typeof openPicture>>;

async function readPixels(picture: Picture, withAlpha: boolean): Promise<Pixels> {
  const pipeline = decode(picture);
  const prepared = withAlpha
    ? pipeline.ensureAlpha()
    : pipeline.flatten({ background: '#ffffff' }).removeAlpha();
  const { data, info } = await readable(prepared.raw().toBuffer({ resolveWithObject: true }));
  return { data, width: info.width, height: info.height, channels: withAlpha ? 4 : 3 };
}

/** The network knows colours only: transparency is enlarged the ordinary way. */
async function copyAlpha(source: Pixels, target: Pixels): Promise<void> {
  const { width, height, channels } = source;
  const alpha = await sharp(source.data, { raw: { width, height, channels } })
    .extractChannel('alpha')
    .resize(width * SCALE, height * SCALE, { fit: 'fill', kernel: 'cubic' })
    .toColourspace('b-w')
    .raw()
    .toBuffer();
  for (let i = 0; i < alpha.length; i++) target.data[i * 4 + 3] = alpha[i]!;
}

async function writePicture({ data, width, height, channels }: Pixels, path: string, format: 'png' | 'jpeg') {
  const pipeline = sharp(data, { raw: { width, height, channels }, limitInputPixels: false });
  // A photograph hardly gets smaller beyond level 4, only slower.
  const encoded = format === 'png' ? pipeline.png({ compressionLevel: 4 }) : pipeline.jpeg({ quality: 92 });
  await encoded.toFile(path);
}
