import type { RequestState } from '../request-history.repository.js';
import { estimateSecondsLeft } from './wait-estimate.js';
import { describeState, describeTimeout } from './wait-message.js';

const queued: RequestState = {
  status: 'IN_QUEUE',
  progress: null,
  queuePosition: 3,
  elapsedSeconds: null,
  typicalSeconds: 2,
};
const running: RequestState = { ...queued, status: 'IN_PROGRESS', queuePosition: null, elapsedSeconds: 4 };

describe('estimateSecondsLeft', () => {
  it.each([
    ['a place in the queue', queued, null, 6],
    ['the measured mean before the stated one', queued, 5, 15],
    ['the rest of a run', running, 10, 6],
    ['no less than nothing', running, 1, 0],
    ['progress, which knows better', { ...running, progress: { percent: 80 } }, 100, 1],
    ['nothing to go by', { ...queued, typicalSeconds: null }, null, null],
  ])('takes %s', (_what, state, average, seconds) => {
    expect(estimateSecondsLeft(state, average)).toBe(seconds);
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
