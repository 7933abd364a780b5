/** Sizes of the videos that are made here, by aspect: all of them nearly a megapixel. */
export const FRAME_SIZES = {
  '16:9': { width: 1280, height: 720 },
  '9:16': { width: 720, height: 1280 },
  '1:1': { width: 960, height: 960 },
} as const;

export type FrameFormat = keyof typeof FRAME_SIZES;
