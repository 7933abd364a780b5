import { clipBox, intersectionOverUnion, suppressOverlaps } from './boxes.js';

const box = (x: number, y: number, width: number, height: number) => ({ x, y, width, height });

describe('intersectionOverUnion', () => {
  it.each([
    [box(0, 0, 10, 10), box(0, 0, 10, 10), 1],
    [box(0, 0, 10, 10), box(5, 0, 10, 10), 1 / 3],
    [box(0, 0, 10, 10), box(10, 0, 10, 10), 0],
    [box(0, 0, 10, 10), box(20, 20, 5, 5), 0],
  ])('of %j and %j is %d', (a, b, expected) => {
    expect(intersectionOverUnion(a, b)).toBeCloseTo(expected);
  });
});

describe('suppressOverlaps', () => {
  it('keeps the best of boxes of one label, and both of different things that overlap', () => {
    const cat = { label: 'cat', score: 0.5, box: box(0, 0, 100, 100) };
    const sameCat = { label: 'cat', score: 0.6, box: box(5, 5, 100, 100) };
    const otherCat = { label: 'cat', score: 0.4, box: box(80, 0, 100, 100) };
    const sofa = { label: 'couch', score: 0.3, box: box(0, 0, 100, 150) };
    expect(suppressOverlaps([cat, sameCat, otherCat, sofa])).toEqual([sameCat, otherCat, sofa]);
  });

  it('gives one thing one name', () => {
    const cat = { label: 'cat', score: 0.5, box: box(0, 0, 100, 100) };
    const dog = { label: 'dog', score: 0.4, box: box(1, 1, 100, 100) };
    expect(suppressOverlaps([dog, cat])).toEqual([cat]);
  });
});

describe('clipBox', () => {
  it('cuts a box off at the edges of the picture, in whole pixels', () => {
    expect(clipBox(box(-3.2, 10.4, 20, 200), 50, 60)).toEqual(box(0, 10, 17, 50));
    expect(clipBox(box(70, 0, 5, 5), 50, 60).width).toBe(0);
  });
});
