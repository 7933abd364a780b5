import sharp, { type Sharp } from 'sharp';
import type { LocalFile } from '../../engine.port.js';
import { decode, openPicture, readable } from '../shared/picture.js';

export type Background = 'blur' | 'black';

export interface SlideLayout {
  width: number;
  height: number;
  background: Background;
}

/** The blur happens on a copy this many times smaller, which is much faster and looks the same. */
const BLUR_REDUCTION = 8;
const BLUR_SIGMA = 6;
/** Darker than the picture, so that the eye stays on it. */
const BLUR_BRIGHTNESS = 0.65;

/** A picture as a slide: whole, centred, with the rest of the frame filled. @returns interleaved RGB bytes */
export async function renderSlide(file: Pick<LocalFile, 'path'>, layout: SlideLayout): Promise<Uint8Array> {
  const { width, height } = layout;
  const picture = await openPicture(file);
  const upright = () => decode(picture).flatten({ background: '#ffffff' });
  const front = await readable(
    upright().resize(width, height, { fit: 'inside' }).png({ compressionLevel: 0 }).toBuffer(),
  );
  const back =
    layout.background === 'blur'
      ? await readable(blurredBackground(upright(), layout))
      : sharp({ create: { width, height, channels: 3, background: '#000000' } });
  return back
    .composite([{ input: front }])
    .removeAlpha()
    .raw()
    .toBuffer();
}

async function blurredBackground(picture: Sharp, { width, height }: SlideLayout): Promise<Sharp> {
  const small = { width: Math.round(width / BLUR_REDUCTION), height: Math.round(height / BLUR_REDUCTION) };
  const blurred = await picture
    .resize(small.width, small.height, { fit: 'cover' })
    .blur(BLUR_SIGMA)
    .modulate({ brightness: BLUR_BRIGHTNESS })
    .raw()
    .toBuffer({ resolveWithObject: true });
  const { channels } = blurred.info;
  const enlarged = await sharp(blurred.data, { raw: { ...small, channels } })
    .resize(width, height, { fit: 'fill', kernel: 'cubic' })
    .raw()
    .toBuffer();
  return sharp(enlarged, { raw: { width, height, channels } });
}
