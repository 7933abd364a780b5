import type { LocalModel } from '../local-model.js';
import { inputFile } from '../shared/files.js';
import { decode, openPicture, readable } from '../shared/picture.js';
import { MAX_INPUT_PIXELS } from './card.js';
import { Recogniser } from './recogniser.js';

/** Lines are cut from the picture at most this long: more pixels cost memory and are not read better. */
const MAX_SIDE = 2600;
/** Smaller pictures are enlarged to this: the networks want letters of about 20 pixels. */
const MIN_SIDE = 960;

export const model: LocalModel = {
  async run(job, tools) {
    const picture = await openPicture(inputFile(job, 'image'), MAX_INPUT_PIXELS);
    const side = Math.min(MAX_SIDE, Math.max(MIN_SIDE, picture.width, picture.height));
    const { data, info } = await readable(
      decode(picture)
        .flatten({ background: '#ffffff' })
        .resize(side, side, { fit: 'inside' })
        .removeAlpha()
        .raw()
        .toBuffer({ resolveWithObject: true }),
    );
    const recogniser = await tools.session('pp-ocr-v4', () => Recogniser.load());
    const image = { width: info.width, height: info.height, data: new Uint8Array(data) };
    const rows = await recogniser.read(image, {
      signal: tools.signal,
      onLine: (done, total) =>
        tools.progress((100 * done) / Math.max(1, total), `reading line ${done} of ${total}`),
    });
    const scale = picture.width / info.width;
    const sure = rows.map((row) =>
      row.filter(({ confidence }) => confidence >= Number(job.input['minConfidence'])),
    );
    const kept = sure.filter((row) => row.length > 0);
    return {
      text: kept.map((row) => row.map(({ text }) => text).join(' ')).join('\n'),
      lines: kept.flat().map(({ text, confidence, box }) => ({
        text,
        confidence: Math.round(confidence * 1000) / 1000,
        box: {
          x: Math.max(0, Math.round(box.x * scale)),
          y: Math.max(0, Math.round(box.y * scale)),
          width: Math.round(box.width * scale),
          height: Math.round(box.height * scale),
        },
      })),
    };
  },
};
