import { setImmediate } from 'node:timers/promises';
import type { OnnxSession } from '../shared/onnx-session.js';
import { cutIntoTiles, type Tile } from './tiles.js';

export const SCALE = 2;

/** Side of a tile in input pixels: larger ones are hardly faster and need more memory. */
const TILE_SIZE = 256;
/** Surroundings that a tile is shown with: what the network sees around one pixel (measured), so no seam shows. */
const TILE_MARGIN = 10;

/** Interleaved bytes, row by row. */
export interface Pixels {
  data: Uint8Array;
  width: number;
  height: number;
  channels: 3 | 4;
}

export interface UpscaleOptions {
  signal: AbortSignal;
  /** @param done share of the picture that is finished, 0 to 1 */
  onTile(done: number): void;
  tileSize?: number;
}

/**
 * Doubles width and height. Only the tile at work is held as floats; the colours of a fourth channel are left 0.
 * @returns as many channels as came in
 */
export async function upscale(
  session: OnnxSession,
  source: Pixels,
  options: UpscaleOptions,
): Promise<Pixels> {
  const { width, height, channels } = source;
  const target: Pixels = {
    data: new Uint8Array(width * SCALE * height * SCALE * channels),
    width: width * SCALE,
    height: height * SCALE,
    channels,
  };
  let done = 0;
  for (const tile of cutIntoTiles(width, height, options.tileSize ?? TILE_SIZE)) {
    await setImmediate();
    options.signal.throwIfAborted();
    const dims = [1, 3, tile.height + 2 * TILE_MARGIN, tile.width + 2 * TILE_MARGIN];
    const outputs = await session.run(readTile(source, tile), dims);
    const [planes] = Object.values(outputs);
    if (!planes) throw new Error('The upscaler gave no picture.');
    writeTile(target, tile, planes.data);
    done += tile.width * tile.height;
    options.onTile(done / (width * height));
  }
  return target;
}

/**
 * The tile and its surroundings as three planes of 0–255. Beyond the picture its edge goes on: the network would take
 * nothing for black, and darken the corners.
 */
function readTile({ data, width, height, channels }: Pixels, tile: Tile): Float32Array {
  const area = (tile.width + 2 * TILE_MARGIN) * (tile.height + 2 * TILE_MARGIN);
  const planes = new Float32Array(3 * area);
  let to = 0;
  for (let y = tile.y - TILE_MARGIN; y < tile.y + tile.height + TILE_MARGIN; y++) {
    const row = Math.min(height - 1, Math.max(0, y)) * width;
    for (let x = tile.x - TILE_MARGIN; x < tile.x + tile.width + TILE_MARGIN; x++, to++) {
      const from = (row + Math.min(width - 1, Math.max(0, x))) * channels;
      planes[to] = data[from]!;
      planes[area + to] = data[from + 1]!;
      planes[2 * area + to] = data[from + 2]!;
    }
  }
  return planes;
}

/** The network's answer without the surroundings, rounded, into its place. */
function writeTile({ data, width, channels }: Pixels, tile: Tile, planes: Float32Array): void {
  const planeWidth = (tile.width + 2 * TILE_MARGIN) * SCALE;
  const area = planeWidth * (tile.height + 2 * TILE_MARGIN) * SCALE;
  for (let row = 0; row < tile.height * SCALE; row++) {
    let from = (TILE_MARGIN * SCALE + row) * planeWidth + TILE_MARGIN * SCALE;
    let to = ((tile.y * SCALE + row) * width + tile.x * SCALE) * channels;
    for (let column = 0; column < tile.width * SCALE; column++, from++, to += channels) {
      data[to] = toByte(planes[from]!);
      data[to + 1] = toByte(planes[area + from]!);
      data[to + 2] = toByte(planes[2 * area + from]!);
    }
  }
}

function toByte(value: number): number {
  if (value <= 0) return 0;
  return value >= 255 ? 255 : Math.round(value);
}
