import sharp from 'sharp';

/** Pixels of a picture without alpha, at its own size or at the given one. */
async function pixels(picture: Buffer, width?: number, height?: number): Promise<Buffer> {
  const image = sharp(picture).rotate().flatten({ background: '#fff' }).toColourspace('srgb');
  if (width && height) image.resize(width, height, { fit: 'fill' });
  return image.raw().toBuffer();
}

/** Peak signal-to-noise ratio in dB of two pictures of one size: 30 is close, 40 is hard to tell apart. */
export async function psnr(
  one: Buffer,
  other: Buffer,
  size?: { width: number; height: number },
): Promise<number> {
  const [a, b] = await Promise.all([one, other].map((picture) => pixels(picture, size?.width, size?.height)));
  if (!a || !b || a.length !== b.length) throw new Error('the pictures differ in size');
  const squares = a.reduce((sum, value, index) => sum + (value - (b[index] ?? 0)) ** 2, 0);
  return 10 * Math.log10(255 ** 2 / (squares / a.length));
}
