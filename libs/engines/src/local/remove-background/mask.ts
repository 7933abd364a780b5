import sharp from 'sharp';
import { decode, type Picture, readable } from '../shared/picture.js';
import { guidedFilter } from './guided-filter.js';
import { MASK_SIZE } from './segmenter.js';

/** The mask is fitted to the photo's edges at this length of the longer side, then enlarged. */
const WORKING_SIDE = 1024;
/** How far, as a share of the working side, an edge of the mask may move to meet one of the photo. */
const EDGE_REACH = 1 / 100;
/** Brightness steps (squared, of 1) below which the photo shows no edge worth following. */
const EDGE_STRENGTH = 0.0004;

/** @returns one byte for each pixel of the picture: 255 for the person, 0 for what is behind */
export async function fitMask(picture: Picture, mask: Float32Array): Promise<Buffer> {
  const scale = Math.min(1, WORKING_SIDE / Math.max(picture.width, picture.height));
  const width = Math.max(1, Math.round(picture.width * scale));
  const height = Math.max(1, Math.round(picture.height * scale));
  const grey = await readable(
    decode(picture)
      .flatten({ background: '#ffffff' })
      .resize(width, height, { fit: 'fill' })
      .greyscale()
      .toColourspace('b-w')
      .raw()
      .toBuffer(),
  );
  const coarse = await enlarge(toBytes(mask), MASK_SIZE, MASK_SIZE, width, height);
  const fitted = guidedFilter(toUnit(grey), toUnit(coarse), width, height, {
    radius: Math.max(2, Math.round(Math.max(width, height) * EDGE_REACH)),
    regularisation: EDGE_STRENGTH,
  });
  return enlarge(toBytes(fitted.map(steepen)), width, height, picture.width, picture.height);
}

/** The filter leaves a faint veil inside and outside; what is nearly sure becomes sure. */
function steepen(value: number): number {
  return Math.min(1, Math.max(0, (value - 0.1) / 0.8));
}

function enlarge(
  bytes: Buffer,
  width: number,
  height: number,
  toWidth: number,
  toHeight: number,
): Promise<Buffer> {
  return sharp(bytes, { raw: { width, height, channels: 1 } })
    .resize(toWidth, toHeight, { fit: 'fill', kernel: 'cubic' })
    .toColourspace('b-w')
    .raw()
    .toBuffer();
}

function toUnit(bytes: Buffer): Float32Array {
  return Float32Array.from(bytes, (byte) => byte / 255);
}

function toBytes(values: Float32Array): Buffer {
  return Buffer.from(Uint8ClampedArray.from(values, (value) => value * 255));
}
