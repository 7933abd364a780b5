import { boxMean, guidedFilter } from './guided-filter.js';

describe('boxMean', () => {
  it('is the mean over the window, cut off at the borders', () => {
    const values = Float32Array.from([1, 2, 3, 4, 5, 6, 7, 8, 9]);
    const mean = boxMean(values, 3, 3, 1);
    expect(mean[4]).toBeCloseTo(5);
    expect(mean[0]).toBeCloseTo((1 + 2 + 4 + 5) / 4);
    expect(mean[5]).toBeCloseTo((2 + 3 + 5 + 6 + 8 + 9) / 6);
    expect([...boxMean(values, 3, 3, 9)].every((value) => Math.abs(value - 5) < 1e-6)).toBe(true);
  });
});

describe('guidedFilter', () => {
  it('moves a blurred edge onto the sharp edge of the guide', () => {
    const [width, height, edge] = [40, 20, 20];
    const guide = new Float32Array(width * height).map((_, i) => (i % width < edge ? 0.1 : 0.9));
    const blurred = guide.map((_, i) => Math.min(1, Math.max(0, ((i % width) - edge + 6) / 12)));
    const result = guidedFilter(guide, blurred, width, height, { radius: 8, regularisation: 0.0004 });
    const at = (x: number) => result[10 * width + x]!;
    const step = (values: Float32Array) => values[10 * width + edge]! - values[10 * width + edge - 1]!;
    expect(step(result)).toBeGreaterThan(0.4);
    expect(step(blurred)).toBeLessThan(0.1);
    expect(at(2)).toBeLessThan(0.05);
    expect(at(37)).toBeGreaterThan(0.95);
  });
});
