import { THREADS } from './run-ffmpeg.js';

/** Pictures per second of the videos that are made here. */
export const FRAMES_PER_SECOND = 25;

/** Output options for an MP4 that every player and browser plays, and starts to play before it is loaded. */
export const H264_OUTPUT: readonly string[] = [
  ...['-c:v', 'libx264', '-preset', 'veryfast', '-crf', '21', '-threads', THREADS, '-pix_fmt', 'yuv420p'],
  ...['-color_primaries', 'bt709', '-color_trc', 'bt709', '-colorspace', 'bt709', '-color_range', 'tv'],
  ...['-movflags', '+faststart', '-map_metadata', '-1', '-an', '-f', 'mp4'],
];

/** Filter that turns RGB into what {@link H264_OUTPUT} says it is; left alone, ffmpeg would use the matrix of SD video. */
export const TO_BT709 = 'scale=out_color_matrix=bt709:out_range=tv';
