export interface GuidedFilterOptions {
  /** Half the side of the window, in pixels. */
  radius: number;
  /** Variance of the guide below which a window counts as flat. */
  regularisation: number;
}

/**
 * Smooths an image so that its edges follow those of a guide (He, Sun and Tang, "Guided Image Filtering", 2010):
 * within each window the result is a straight line of the guide, fitted to the input.
 * @param guide grey values, 0 to 1
 * @param input same size, 0 to 1
 */
export function guidedFilter(
  guide: Float32Array,
  input: Float32Array,
  width: number,
  height: number,
  { radius, regularisation }: GuidedFilterOptions,
): Float32Array {
  const mean = (values: Float32Array) => boxMean(values, width, height, radius);
  const meanGuide = mean(guide);
  const meanInput = mean(input);
  const meanProduct = mean(guide.map((value, i) => value * input[i]!));
  const meanSquare = mean(guide.map((value) => value * value));
  const slope = guide.map((_, i) => {
    const covariance = meanProduct[i]! - meanGuide[i]! * meanInput[i]!;
    const variance = meanSquare[i]! - meanGuide[i]! * meanGuide[i]!;
    return covariance / (variance + regularisation);
  });
  const offset = slope.map((value, i) => meanInput[i]! - value * meanGuide[i]!);
  const meanSlope = mean(slope);
  const meanOffset = mean(offset);
  return guide.map((value, i) => meanSlope[i]! * value + meanOffset[i]!);
}

/** Mean over a square window, cut off at the borders; rows first, then columns, with running sums. */
export function boxMean(values: Float32Array, width: number, height: number, radius: number): Float32Array {
  const rows = new Float32Array(values.length);
  for (let y = 0; y < height; y++) runningMean(values, rows, y * width, 1, width, radius);
  const result = new Float32Array(values.length);
  for (let x = 0; x < width; x++) runningMean(rows, result, x, width, height, radius);
  return result;
}

function runningMean(
  from: Float32Array,
  to: Float32Array,
  start: number,
  step: number,
  length: number,
  radius: number,
): void {
  let sum = 0;
  let count = 0;
  for (let i = 0; i < Math.min(radius, length); i++, count++) sum += from[start + i * step]!;
  for (let i = 0; i < length; i++) {
    if (i + radius < length) {
      sum += from[start + (i + radius) * step]!;
      count++;
    }
    if (i > radius) {
      sum -= from[start + (i - radius - 1) * step]!;
      count--;
    }
    to[start + i * step] = sum / count;
  }
}
