/** A rectangle in pixels, from the top left corner. */
export interface Box {
  x: number;
  y: number;
  width: number;
  height: number;
}

export interface Detection {
  /** One of the 80 COCO names. */
  label: string;
  /** 0 to 1. */
  score: number;
  box: Box;
}

/** Intersection over union: 1 for equal boxes, 0 for boxes that do not touch. */
export function intersectionOverUnion(a: Box, b: Box): number {
  const width = Math.min(a.x + a.width, b.x + b.width) - Math.max(a.x, b.x);
  const height = Math.min(a.y + a.height, b.y + b.height) - Math.max(a.y, b.y);
  if (width <= 0 || height <= 0) return 0;
  const intersection = width * height;
  return intersection / (a.width * a.height + b.width * b.height - intersection);
}

/** Two boxes of one label that overlap more than this are one thing seen twice. */
const SAME_LABEL_OVERLAP = 0.5;
/** Two boxes of different labels that overlap more than this are one thing with two guesses at its name. */
const OTHER_LABEL_OVERLAP = 0.8;

/** Non-maximum suppression: of boxes that mean the same thing the best scored stays. Best first. */
export function suppressOverlaps(detections: readonly Detection[]): Detection[] {
  const kept: Detection[] = [];
  for (const candidate of [...detections].sort((a, b) => b.score - a.score)) {
    const seen = kept.some((other) => {
      const limit = other.label === candidate.label ? SAME_LABEL_OVERLAP : OTHER_LABEL_OVERLAP;
      return intersectionOverUnion(other.box, candidate.box) > limit;
    });
    if (!seen) kept.push(candidate);
  }
  return kept;
}

/** The part of the box that lies within the picture, in whole pixels. */
export function clipBox(box: Box, width: number, height: number): Box {
  const left = Math.max(0, Math.round(box.x));
  const top = Math.max(0, Math.round(box.y));
  const right = Math.min(width, Math.round(box.x + box.width));
  const bottom = Math.min(height, Math.round(box.y + box.height));
  return { x: left, y: top, width: Math.max(0, right - left), height: Math.max(0, bottom - top) };
}
