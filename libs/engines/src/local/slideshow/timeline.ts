/** A slideshow, counted in frames. Every picture has the same time; a fade lies half in the one, half in the next. */
export interface Timeline {
  slides: number;
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
  return slides * framesPerSlide;
}

/** @param frame from 0 */
export function momentAt(frame: number, { slides, framesPerSlide, fadeFrames }: Timeline): Moment {
  // The cut that is nearest to this frame.
  const cut = Math.round(frame / framesPerSlide);
  const intoFade = frame - (cut * framesPerSlide - fadeFrames / 2);
  const fading = cut > 0 && cut < slides && intoFade >= 0 && intoFade < fadeFrames;
  if (!fading) return { slide: Math.floor(frame / framesPerSlide) };
  return { slide: cut - 1, next: { slide: cut, share: (intoFade + 0.5) / fadeFrames } };
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
