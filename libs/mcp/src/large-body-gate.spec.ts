import { LargeBodyGate } from './large-body-gate.js';

describe('LargeBodyGate', () => {
  it('lets in what fits together', () => {
    const gate = new LargeBodyGate(100);
    const leave = gate.enter(60);
    expect(gate.enter(41)).toBeNull();
    expect(gate.enter(40)).not.toBeNull();
    leave?.();
    expect(gate.enter(60)).not.toBeNull();
  });

  it('counts one leaving once', () => {
    const gate = new LargeBodyGate(100);
    const leave = gate.enter(60);
    gate.enter(40);
    leave?.();
    leave?.();
    expect(gate.enter(61)).toBeNull();
  });

  it('lets anything in alone', () => {
    expect(new LargeBodyGate(100).enter(500)).not.toBeNull();
  });
});
