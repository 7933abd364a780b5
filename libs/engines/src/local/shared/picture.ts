import { AppError } from '#libs/errors';
import sharp, { type Sharp } from 'sharp';
import type { LocalFile } from '../../engine.port.js';

/** What sharp decodes here. SVG and PDF are not pictures but programs of a kind, and stay out. */
const FORMATS = new Set(['jpeg', 'png', 'webp', 'gif', 'tiff', 'heif', 'avif']);

/** Refuse to decode beyond this, whatever a model allows: a small file can claim a huge picture. */
const MAX_PIXELS = 50_000_000;

// The cache would only hold finished pictures in memory: every run has its own files.
sharp.cache(false);
sharp.concurrency(2);

/** An upright picture: its orientation tag is already applied in the sizes, and in what {@link decode} gives. */
export interface Picture {
  path: string;
  /** Pixels, as a viewer shows it. */
  width: number;
  height: number;
  hasAlpha: boolean;
}

/**
 * Reads the header of an input picture.
 * @param maxPixels the most that the model takes; more is refused with a sentence that names the limit
 */
export async function openPicture(file: Pick<LocalFile, 'path'>, maxPixels = MAX_PIXELS): Promise<Picture> {
  const metadata = await readable(sharp(file.path, { limitInputPixels: false }).metadata());
  if (!FORMATS.has(metadata.format ?? '')) {
    throw new AppError(
      'invalid_file',
      `A picture of the format "${metadata.format}" cannot be used: give JPEG, PNG, WebP, GIF, TIFF or AVIF.`,
    );
  }
  const { width, height } = metadata.autoOrient;
  if (width * height > maxPixels) {
    const megapixels = ((width * height) / 1e6).toFixed(1);
    throw new AppError(
      'invalid_file',
      `The picture is ${width}×${height} (${megapixels} megapixels); this model takes at most ${maxPixels / 1e6} megapixels.`,
    );
  }
  return { path: file.path, width, height, hasAlpha: metadata.hasAlpha ?? false };
}

/** A pipeline that yields the upright picture in sRGB, its alpha channel as it is (the first page of animations). */
export function decode(picture: Picture): Sharp {
  return sharp(picture.path, { limitInputPixels: MAX_PIXELS, failOn: 'error', pages: 1 })
    .autoOrient()
    .toColourspace('srgb');
}

/** Waits for sharp, and turns its complaint about the caller's file into an `invalid_file`. */
export async function readable<T>(result: Promise<T>): Promise<T> {
  try {
    return await result;
  } catch (error) {
    throw new AppError(
      'invalid_file',
      'The file is not a picture that can be read, or it is damaged.',
      {},
      { cause: error },
    );
  }
}

/**
 * Interleaved RGB bytes to planes of floats (channels first), as convolutional models want them.
 * @param scale multiplies each byte: 1 keeps 0–255, 1/255 gives 0–1
 */
export function toPlanes(rgb: Uint8Array, scale: number): Float32Array {
  const pixels = rgb.length / 3;
  const planes = new Float32Array(rgb.length);
  for (let i = 0; i < pixels; i++) {
    planes[i] = (rgb[i * 3] ?? 0) * scale;
    planes[pixels + i] = (rgb[i * 3 + 1] ?? 0) * scale;
    planes[2 * pixels + i] = (rgb[i * 3 + 2] ?? 0) * scale;
  }
  return planes;
}
