import { canTransition, isTerminal, REQUEST_STATUSES, sourcesOf } from './request-status.js';

/** Rows: from. Columns: to, in the order of REQUEST_STATUSES. */
const ALLOWED = {
  IN_QUEUE: [false, true, false, false, true],
  IN_PROGRESS: [true, false, true, true, true],
  COMPLETED: [false, false, false, false, false],
  FAILED: [false, false, false, false, false],
  CANCELLED: [false, false, false, false, false],
};

const pairs = REQUEST_STATUSES.flatMap((from) =>
  REQUEST_STATUSES.map((to, column) => [from, to, ALLOWED[from][column] === true] as const),
);

describe('the lifecycle of a request', () => {
  it.each(pairs)('%s → %s: %s', (from, to, allowed) => {
    expect(canTransition(from, to)).toBe(allowed);
    expect(sourcesOf(to).includes(from)).toBe(allowed);
  });

  it('ends in exactly three statuses', () => {
    expect(REQUEST_STATUSES.filter(isTerminal)).toEqual(['COMPLETED', 'FAILED', 'CANCELLED']);
  });
});
