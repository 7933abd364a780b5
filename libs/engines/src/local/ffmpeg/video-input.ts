import { AppError } from '#libs/errors';
import type { LocalFile } from '../../engine.port.js';
import { THREADS } from './run-ffmpeg.js';

/** ffmpeg's demuxer for each media type that is taken. Types are those found by looking at the bytes. */
const DEMUXERS: Readonly<Record<string, string>> = {
  'video/mp4': 'mov',
  'video/quicktime': 'mov',
  'video/x-m4v': 'mov',
  'video/3gpp': 'mov',
  'video/3gpp2': 'mov',
  'video/webm': 'matroska',
  'video/matroska': 'matroska',
  'video/x-matroska': 'matroska',
  'video/x-msvideo': 'avi',
  'video/vnd.avi': 'avi',
  'image/gif': 'gif',
};

/** ffmpeg's names of the decoders that may open. Each one more is code that reads what strangers wrote. */
const DECODERS = 'h264,hevc,vp8,vp9,av1,libdav1d,libaom-av1,mpeg4,h263,mjpeg,prores,gif';

/** Largest picture that is decoded: 4K (4096×2160) in either orientation. */
export const MAX_VIDEO_PIXELS = 4096 * 2160;

/** Beyond this ffmpeg opens no decoder at all. Between the two, the probe can still say what is wrong. */
const MAX_OPENED_PIXELS = 4 * MAX_VIDEO_PIXELS;

/** The types as a card names them. GIFs are only read when a model made them itself. */
export const VIDEO_TYPES = 'MP4, MOV, WebM, MKV or AVI';

/**
 * The arguments that open a caller's video: by the one demuxer that its bytes call for, with known decoders, and
 * without any way to other files or the network (playlists and references inside the file lead nowhere).
 * @param options input options, such as `-ss`
 * @throws AppError `invalid_file` for a type that is not taken
 */
export function videoInput(
  file: Pick<LocalFile, 'path' | 'contentType'>,
  options: readonly string[] = [],
): string[] {
  const demuxer = DEMUXERS[file.contentType];
  if (!demuxer) {
    throw new AppError(
      'invalid_file',
      `A file of the type ${file.contentType} cannot be used: give ${VIDEO_TYPES}.`,
    );
  }
  return [
    ...['-protocol_whitelist', 'file,pipe', '-format_whitelist', demuxer],
    ...['-codec_whitelist', DECODERS, '-max_pixels', `${MAX_OPENED_PIXELS}`, '-threads', THREADS],
    ...['-an', '-sn', '-dn', ...options],
    ...['-f', demuxer, '-i', `file:${file.path}`],
  ];
}
