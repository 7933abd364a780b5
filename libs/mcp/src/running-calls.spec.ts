import { actor } from '../test/protocol-app.js';
import { RunningCalls } from './running-calls.js';

describe('RunningCalls', () => {
  it('ends the call of the same user and client only', () => {
    const calls = new RunningCalls();
    const { controller } = calls.start(actor, 1);
    calls.cancel({ ...actor, userId: 'other' }, 1);
    calls.cancel({ ...actor, clientId: 'other' }, 1);
    calls.cancel(actor, '1');
    calls.cancel(actor, 2);
    expect(controller.signal.aborted).toBe(false);
    calls.cancel(actor, 1);
    expect(controller.signal.reason).toBe('cancelled');
  });

  it('ends none where two windows count alike', () => {
    const calls = new RunningCalls();
    const first = calls.start(actor, 1);
    const second = calls.start(actor, 1);
    calls.cancel(actor, 1);
    expect([first.controller.signal.aborted, second.controller.signal.aborted]).toEqual([false, false]);
    first.finish();
    calls.cancel(actor, 1);
    expect([first.controller.signal.aborted, second.controller.signal.aborted]).toEqual([false, true]);
  });

  it('ends all when the server stops', () => {
    const calls = new RunningCalls();
    const signals = [1, 2].map((id) => calls.start(actor, id).controller.signal);
    calls.beforeApplicationShutdown();
    expect(signals.map(({ reason }) => reason)).toEqual(['shutdown', 'shutdown']);
  });
});
