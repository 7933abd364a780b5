import { setTimeout as sleep } from 'node:timers/promises';
import type { EngineProgress } from '#libs/engines';
import { ProgressReporter } from './progress-reporter.js';

describe('ProgressReporter', () => {
  it('sends at most four a second, the latest last', async () => {
    const sent: EngineProgress[] = [];
    const reporter = new ProgressReporter(async (progress) => void sent.push(progress));
    for (let percent = 0; percent < 60; percent += 1) {
      reporter.report({ percent });
      await sleep(10);
    }
    await sleep(300);
    expect(sent.length).toBeGreaterThanOrEqual(3);
    expect(sent.length).toBeLessThanOrEqual(6);
    expect(sent.at(-1)).toEqual({ percent: 59 });
  });

  it('is silent after the stop, and waits for the report under way', async () => {
    const finished: EngineProgress[] = [];
    const reporter = new ProgressReporter(async (progress) => {
      await sleep(50);
      finished.push(progress);
    });
    reporter.report({ percent: 1 });
    await sleep(10);
    reporter.report({ percent: 2 });
    await reporter.stop();
    reporter.report({ percent: 3 });
    expect(finished).toEqual([{ percent: 1 }]);
    await sleep(350);
    expect(finished).toEqual([{ percent: 1 }]);
  });
});
