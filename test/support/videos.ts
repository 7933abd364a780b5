import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { findFfmpeg } from '../../libs/engines/src/local/ffmpeg/ffmpeg-binary.js';

const LARGEST_FRAME = 64 * 1024 * 1024;

/** One picture of a video, as PNG. @param index from 0 */
export async function videoFrame(path: string, index: number): Promise<Buffer> {
  const filter = ['-vf', `select=eq(n\\,${index})`, '-vsync', '0', '-frames:v', '1'];
  const args = ['-v', 'error', '-i', path, ...filter, '-c:v', 'png', '-f', 'image2pipe', 'pipe:1'];
  const options = { encoding: 'buffer', maxBuffer: LARGEST_FRAME } as const;
  const { stdout } = await promisify(execFile)(await findFfmpeg(undefined), args, options);
  if (stdout.length === 0) throw new Error(`There is no frame ${index}.`);
  return stdout;
}

/** A part of every picture of a video, as bytes of brightness. */
export async function brightness(
  path: string,
  part: { left: number; top: number; width: number; height: number },
): Promise<Buffer[]> {
  const filter = `format=gray,crop=${part.width}:${part.height}:${part.left}:${part.top}`;
  const args = [
    '-v',
    'error',
    '-i',
    path,
    '-vf',
    `scale=in_range=tv:out_range=pc,${filter}`,
    '-f',
    'rawvideo',
    'pipe:1',
  ];
  const options = { encoding: 'buffer', maxBuffer: LARGEST_FRAME } as const;
  const { stdout } = await promisify(execFile)(await findFfmpeg(undefined), args, options);
  const size = part.width * part.height;
  return Array.from({ length: stdout.length / size }, (_, frame) =>
    stdout.subarray(frame * size, (frame + 1) * size),
  );
}

/** Runs ffmpeg to make a file that a test needs. */
export async function makeVideo(...args: string[]): Promise<void> {
  await promisify(execFile)(await findFfmpeg(undefined), ['-v', 'error', '-y', ...args]);
}
