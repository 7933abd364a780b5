/** A slideshow, counted in frames. Every picture has the same time; a fade lies half in the one, half in the next. */
export interface Timeline {
  slides: number;
  /** May be a fraction: then some slides are a frame longer than others, and the whole is as long as asked. */
  framesPerSlide: number;
  /** Length of a fade; 0 for hard cuts. At most `framesPerSlide`. */
  fadeFrames: number;
}

/** What one frame shows: a slide, or two of them while one fades into the next. */
export interface Moment {
  slide: number;
  /** The slide that is coming up, and how much of it is there already, 0 to 1. */
  next?: { slide: number; share: number };
}

export function countFrames({ slides, framesPerSlide }: Timeline): number {
  return cutFrame(slides, framesPerSlide);
}

/** @param frame from 0 */
export function momentAt(frame: number, { slides, framesPerSlide, fadeFrames }: Timeline): Moment {
  const nearest = Math.round(frame / framesPerSlide);
  const cut = cutFrame(nearest, framesPerSlide);
  const intoFade = frame - (cut - fadeFrames / 2);
  const fading = nearest > 0 && nearest < slides && intoFade >= 0 && intoFade < fadeFrames;
  if (!fading) return { slide: frame < cut ? nearest - 1 : nearest };
  return { slide: nearest - 1, next: { slide: nearest, share: (intoFade + 0.5) / fadeFrames } };
}

/** The first frame of a slide. */
function cutFrame(slide: number, framesPerSlide: number): number {
  return Math.round(slide * framesPerSlide);
}

/** Mixes two pictures of the same size into a third. */
export function mix(from: Uint8Array, to: Uint8Array, share: number, result: Uint8Array): void {
  // In whole numbers, because this runs for each byte of each frame of a fade.
  const weight = Math.round(share * 256);
  for (let i = 0; i < result.length; i++) {
    const start = from[i]!;
    result[i] = start + (((to[i]! - start) * weight + 128) >> 8);
  }
}
