import type { Box } from '../detect-objects/boxes.js';
import { type Motion, MOTIONS, planShot, type Shot } from './framing.js';

const LANDSCAPE = 16 / 9;
const motions = Object.keys(MOTIONS) as Motion[];

/** A tall person in a square picture. */
const portrait: Shot = {
  picture: { width: 1000, height: 1000 },
  subject: { box: { x: 300, y: 80, width: 400, height: 900 }, hasHead: true },
  aspect: LANDSCAPE,
  motion: 'zoom-in',
  zoom: 1.25,
};

function contains(outer: Box, inner: Box): boolean {
  const slack = 1e-6;
  return (
    outer.x <= inner.x + slack &&
    outer.y <= inner.y + slack &&
    outer.x + outer.width >= inner.x + inner.width - slack &&
    outer.y + outer.height >= inner.y + inner.height - slack
  );
}

describe('planShot', () => {
  const pictures = [
    { width: 1000, height: 1000 },
    { width: 4000, height: 1000 },
    { width: 600, height: 2400 },
    { width: 64, height: 48 },
  ];
  const cases = motions.flatMap((motion) => pictures.map((picture) => ({ motion, picture })));

  it.each(cases)(
    '$motion stays inside a picture of $picture.width×$picture.height, in shape',
    ({ motion, picture }) => {
      for (const aspect of [LANDSCAPE, 9 / 16, 1]) {
        const corner = { x: 0, y: 0, width: picture.width / 3, height: picture.height / 3 };
        const { from, to } = planShot({
          picture,
          subject: { box: corner, hasHead: false },
          aspect,
          motion,
          zoom: 1.5,
        });
        for (const view of [from, to]) {
          expect(contains({ x: 0, y: 0, ...picture }, view)).toBe(true);
          expect(view.width / view.height).toBeCloseTo(aspect, 6);
        }
        expect(from).not.toEqual(to);
      }
    },
  );

  it.each(['zoom-in', 'zoom-out', 'pan-left', 'pan-right'] as const)(
    'keeps the head of a tall person in %s',
    (motion) => {
      const head = { x: 420, y: 80, width: 160, height: 200 };
      const { from, to } = planShot({ ...portrait, motion });
      expect(contains(from, head)).toBe(true);
      expect(contains(to, head)).toBe(true);
    },
  );

  it('has the head in view where pan-up ends and pan-down starts', () => {
    const head = { x: 420, y: 80, width: 160, height: 200 };
    expect(contains(planShot({ ...portrait, motion: 'pan-up' }).to, head)).toBe(true);
    expect(contains(planShot({ ...portrait, motion: 'pan-down' }).from, head)).toBe(true);
  });

  it.each(motions)('keeps a small subject whole in %s', (motion) => {
    const box = { x: 700, y: 650, width: 150, height: 150 };
    const { from, to } = planShot({ ...portrait, subject: { box, hasHead: false }, motion });
    expect(contains(from, box)).toBe(true);
    expect(contains(to, box)).toBe(true);
  });

  it('moves as its name says', () => {
    const plan = (motion: Motion) => planShot({ ...portrait, motion });
    expect(plan('zoom-in').to.width).toBeCloseTo(plan('zoom-in').from.width / 1.25);
    expect(plan('zoom-out')).toEqual({ from: plan('zoom-in').to, to: plan('zoom-in').from });
    expect(plan('pan-left').to.x).toBeLessThan(plan('pan-left').from.x - 50);
    expect(plan('pan-right').to.x).toBeGreaterThan(plan('pan-right').from.x + 50);
    expect(plan('pan-up').to.y).toBeLessThan(plan('pan-up').from.y - 50);
    expect(plan('pan-down').to.y).toBeGreaterThan(plan('pan-down').from.y + 50);
  });
});
