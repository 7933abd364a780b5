import { decideRotation, GRACE_MS, graceSecondsLeft, MAX_SIBLINGS } from './rotation.js';

const NOW = new Date('2026-11-22T12:00:00Z');
const ago = (milliseconds: number) => new Date(NOW.getTime() - milliseconds);
const children = (count: number, used: boolean) => Array.from({ length: count }, () => ({ used }));

describe('decideRotation', () => {
  it.each([
    ['fresh', null, null, [], 'rotate'],
    ['again at once, by a parallel session', ago(0), null, children(1, true), 'rotate'],
    ['again at the end of the grace', ago(GRACE_MS), null, children(1, true), 'rotate'],
    ['after the grace, successor used', ago(GRACE_MS + 1), null, children(1, true), 'theft'],
    ['hours later, the response was lost', ago(7_200_000), null, children(1, false), 'replace'],
    [
      'hours later, one of two children used',
      ago(7_200_000),
      null,
      [{ used: false }, { used: true }],
      'theft',
    ],
    ['the last sibling', ago(1_000), null, children(MAX_SIBLINGS - 1, true), 'rotate'],
    ['one sibling too many, others used', ago(1_000), null, children(MAX_SIBLINGS, true), 'busy'],
    ['one sibling too many, none used', ago(GRACE_MS), null, children(MAX_SIBLINGS, false), 'busy'],
    [
      'many siblings after the grace, none used',
      ago(GRACE_MS + 1),
      null,
      children(MAX_SIBLINGS, false),
      'replace',
    ],
    [
      'many siblings after the grace, one used',
      ago(GRACE_MS + 1),
      null,
      children(MAX_SIBLINGS, true),
      'theft',
    ],
    ['superseded', null, ago(1_000), [], 'theft'],
    ['superseded and consumed within the grace', ago(1_000), ago(1_000), [], 'theft'],
  ] as const)('%s', (_, consumedAt, supersededAt, family, decision) => {
    expect(decideRotation({ consumedAt, supersededAt, children: [...family] }, NOW)).toBe(decision);
  });
});

it.each([
  [0, 60],
  [1_001, 59],
  [GRACE_MS, 1],
])('graceSecondsLeft, %d ms after the first use: %d', (age, seconds) => {
  expect(graceSecondsLeft(ago(age), NOW)).toBe(seconds);
});
