import { countFrames, mix, momentAt } from './timeline.js';

const timeline = { slides: 3, framesPerSlide: 10, fadeFrames: 4 };

describe('the timeline of a slideshow', () => {
  it('fades around each cut, half before and half after it', () => {
    const fading = Array.from({ length: countFrames(timeline) }, (_, frame) => frame).filter(
      (frame) => momentAt(frame, timeline).next,
    );
    expect(countFrames(timeline)).toBe(30);
    expect(fading).toEqual([8, 9, 10, 11, 18, 19, 20, 21]);
  });

  it('goes evenly from the one to the other', () => {
    const shares = [8, 9, 10, 11].map((frame) => momentAt(frame, timeline).next?.share);
    expect(shares).toEqual([0.125, 0.375, 0.625, 0.875]);
    expect(momentAt(10, timeline)).toMatchObject({ slide: 0, next: { slide: 1 } });
    expect(momentAt(12, timeline)).toEqual({ slide: 1 });
    expect(momentAt(29, timeline)).toEqual({ slide: 2 });
  });

  it('cuts hard without a fade, and fades all the time when the fade is as long as a slide', () => {
    const hard = { ...timeline, fadeFrames: 0 };
    expect([9, 10].map((frame) => momentAt(frame, hard))).toEqual([{ slide: 0 }, { slide: 1 }]);
    const soft = { ...timeline, fadeFrames: 10 };
    expect(momentAt(5, soft)).toMatchObject({ slide: 0, next: { slide: 1, share: 0.05 } });
    expect(momentAt(14, soft)).toMatchObject({ slide: 0, next: { slide: 1, share: 0.95 } });
    expect(momentAt(15, soft)).toMatchObject({ slide: 1, next: { slide: 2, share: 0.05 } });
  });

  it('is as long as asked when a slide is no whole number of frames, and shows each in its turn', () => {
    const uneven = { slides: 20, framesPerSlide: 12.5, fadeFrames: 0 };
    expect(countFrames(uneven)).toBe(250);
    const shown = Array.from({ length: 250 }, (_, frame) => momentAt(frame, uneven).slide);
    expect(shown).toEqual([...shown].sort((a, b) => a - b));
    const lengths = Array.from({ length: 20 }, (_, slide) => shown.filter((other) => other === slide).length);
    expect(new Set(lengths)).toEqual(new Set([12, 13]));
  });

  it('mixes in the given share', () => {
    const result = new Uint8Array(3);
    mix(Uint8Array.of(0, 255, 100), Uint8Array.of(255, 0, 100), 0.25, result);
    expect([...result]).toEqual([64, 191, 100]);
  });
});
