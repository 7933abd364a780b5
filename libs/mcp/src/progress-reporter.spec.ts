import { type ProgressParams, ProgressReporter } from './progress-reporter.js';

describe('ProgressReporter', () => {
  let sent: ProgressParams[];
  let reporter: ProgressReporter;

  beforeEach(() => {
    jest.useFakeTimers();
    sent = [];
    reporter = new ProgressReporter('t', async (params) => void sent.push(params));
  });
  afterEach(() => {
    reporter.end();
    jest.useRealTimers();
  });

  const messages = () => sent.map(({ message }) => message);

  it('tells the first state at once', () => {
    reporter.report({ message: 'queued' });
    expect(sent).toEqual([{ progressToken: 't', progress: 0.001, total: 100, message: 'queued' }]);
  });

  it('tells only the last of many changes within a second', () => {
    for (const message of ['a', 'b', 'c', 'd']) reporter.report({ message });
    jest.advanceTimersByTime(1000);
    expect(messages()).toEqual(['a', 'd']);
  });

  it('never is silent for 10 s', () => {
    reporter.report({ message: 'queued' });
    jest.advanceTimersByTime(60_000);
    expect(sent.length).toBeGreaterThanOrEqual(6);
    expect(new Set(messages())).toEqual(new Set(['queued']));
  });

  it('always grows, also when the percentage falls back', () => {
    for (const percent of [undefined, 40, 40, 10, 90]) {
      reporter.report({ message: `at ${percent}`, percent });
      jest.advanceTimersByTime(1000);
    }
    const steps = sent.map(({ progress }) => progress);
    expect(steps).toEqual([...new Set(steps)].sort((one, other) => one - other));
    expect(steps.at(-1)).toBe(90);
  });

  it('says nothing after the end, and survives a client that is gone', () => {
    const failing = new ProgressReporter(1, () => Promise.reject(new Error('gone')));
    failing.report({ message: 'a' });
    failing.end();
    reporter.report({ message: 'a' });
    reporter.end();
    jest.advanceTimersByTime(60_000);
    expect(sent).toHaveLength(1);
  });
});
