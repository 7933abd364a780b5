import type { RequestState } from '../request-history.repository.js';
import { type EstimateBasis, estimateSecondsLeft } from './wait-estimate.js';
import { describeState, describeTimeout, type Told } from './wait-message.js';

const queued: RequestState & Told = {
  status: 'IN_QUEUE',
  progress: null,
  modelEndpoint: 'a/model',
  queuePosition: 3,
  elapsedSeconds: null,
  typicalSeconds: 2,
};
const running = { ...queued, status: 'IN_PROGRESS' as const, queuePosition: null, elapsedSeconds: 4 };

describe('estimateSecondsLeft', () => {
  const nothing: EstimateBasis = { durations: new Map(), ahead: new Map(), running: 0 };
  const measured = { ...nothing, durations: new Map([['a/model', { p50: 6, p95: 20 }]]) };
  const line = {
    ...measured,
    ahead: new Map([
      ['a/model', 2],
      ['never/ran', 1],
    ]),
  };

  it.each([
    ['the stated duration when nothing was measured', queued, nothing, 2],
    ['the measured one before it', queued, measured, 6],
    ['everything in front, by its own model', queued, { ...line, running: 1 }, 6 + 2 * 6 + 5],
    ['what stands in front, shared by those that run', queued, { ...line, running: 2 }, 15],
    ['the rest of a run', running, measured, 2],
    ['the slow end of a run that is past its middle', { ...running, elapsedSeconds: 8 }, measured, 12],
    ['no less than nothing', { ...running, elapsedSeconds: 50 }, measured, 0],
    ['progress, which knows better', { ...running, progress: { percent: 80 } }, measured, 1],
    ['nothing to go by', { ...queued, typicalSeconds: null }, nothing, null],
  ])('takes %s', (_what, state, basis, seconds) => {
    expect(estimateSecondsLeft(state, basis)).toBe(seconds);
  });
});

describe('describeState', () => {
  it.each([
    [queued, 'The request is number 3 in the queue.'],
    [running, 'The request is running.'],
    [{ ...running, progress: { percent: 45.4, step: 'tiles' } }, 'The request is running: 45 % (tiles).'],
    [{ ...running, progress: { step: 'tiles' } }, 'The request is running (tiles).'],
  ])('%#', (state, sentence) => {
    expect(describeState(state)).toBe(sentence);
  });

  it('says what to do when the time ran out', () => {
    expect(describeTimeout(queued, 120, 6)).toBe(
      'Not done after 120 s. The request is number 3 in the queue. It probably takes about 6 s more. ' +
        'Call wait_for_request again.',
    );
  });
});
