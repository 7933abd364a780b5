import type { Box } from '../detect-objects/boxes.js';
import type { CameraPath } from './framing.js';

/**
 * The filters move the crop by whole pixels. On a picture enlarged this many times that is a fraction of the film's
 * pixels, too little to be seen; without it the picture trembles.
 */
const SUPERSAMPLING = 4;

export interface Film {
  width: number;
  height: number;
  frames: number;
  framesPerSecond: number;
}

/** The part of the picture that the film ever shows. */
export function shownRegion({ from, to }: CameraPath): Box {
  const x = Math.min(from.x, to.x);
  const y = Math.min(from.y, to.y);
  const right = Math.max(from.x + from.width, to.x + to.width);
  const bottom = Math.max(from.y + from.height, to.y + to.height);
  return { x, y, width: right - x, height: bottom - y };
}

/**
 * The ffmpeg filter that turns one picture, the {@link shownRegion} at any scale, into the film. The camera starts
 * and stops gently (half a cosine wave).
 */
export function cameraFilter(path: CameraPath, film: Film): string {
  const region = shownRegion(path);
  const view = (box: Box) => ({
    x: (box.x - region.x) / region.width,
    y: (box.y - region.y) / region.height,
    width: box.width / region.width,
    height: box.height / region.height,
  });
  const [from, to] = [view(path.from), view(path.to)];
  const still = path.from.width === path.to.width;
  return still ? panFilter(from, to, film) : zoomFilter(from, to, film);
}

/** All boxes from here on are parts of the region, 0 to 1. */
function zoomFilter(from: Box, to: Box, { width, height, frames, framesPerSecond }: Film): string {
  const moving = (key: keyof Box) => between(from[key], to[key], 'on', frames);
  const camera = `zoompan=z='1/${moving('width')}':x='iw*${moving('x')}':y='ih*${moving('y')}'`;
  const film = `:d=${frames}:s=${width}x${height}:fps=${framesPerSecond},setsar=1`;
  return `${enlarge(width * SUPERSAMPLING, height * SUPERSAMPLING)},${camera}${film}`;
}

function panFilter(from: Box, to: Box, { width, height, frames, framesPerSecond }: Film): string {
  const [cropWidth, cropHeight] = [width * SUPERSAMPLING, height * SUPERSAMPLING];
  const enlarged = enlarge(Math.round(cropWidth / from.width), Math.round(cropHeight / from.height));
  const place = (key: 'x' | 'y') => between(from[key], to[key], 'n', frames);
  const crop = `crop=${cropWidth}:${cropHeight}:x='iw*${place('x')}':y='ih*${place('y')}'`;
  const repeat = `loop=loop=${frames - 1}:size=1,setpts=N/${framesPerSecond}/TB`;
  return `${enlarged},${repeat},${crop},scale=${width}:${height},setsar=1`;
}

/** Full colour resolution, because crops move by whole samples of the coarsest plane. */
function enlarge(width: number, height: number): string {
  return `scale=${width}:${height}:out_color_matrix=bt709:out_range=tv,format=yuv444p`;
}

/** A value that goes from `start` to `end` while the frame number goes from 0 to the last frame. */
function between(start: number, end: number, frameNumber: 'on' | 'n', frames: number): string {
  const way = `(1-cos(PI*${frameNumber}/${frames - 1}))/2`;
  return `(${start.toFixed(6)}+${(end - start).toFixed(6)}*${way})`;
}
