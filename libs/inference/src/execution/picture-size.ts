import type { OutputFile } from '#libs/engines';

/** Pixels of all pictures among the files, from their headers. */
export async function pixelsOf(files: OutputFile[]): Promise<number> {
  const pictures = files.filter(({ contentType }) => contentType.startsWith('image/'));
  if (pictures.length === 0) return 0;
  // Loaded only where a price is per megapixel: the library brings 15 MB of native code into the process.
  const { default: sharp } = await import('sharp');
  const sizes = await Promise.all(pictures.map(({ path }) => sharp(path).metadata()));
  return sizes.reduce((sum, { width, height }) => sum + width * height, 0);
}
