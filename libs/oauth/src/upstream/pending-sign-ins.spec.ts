import { type PendingSignIn, takePending, withPending } from './pending-sign-ins.js';

const NOW = 1_700_000_000_000;
const MINUTE = 60_000;

const pending = (state: string, startedAt = NOW): PendingSignIn => ({
  state,
  nonce: `nonce of ${state}`,
  codeVerifier: `verifier of ${state}`,
  returnTo: '/account',
  startedAt,
});

describe('sign-ins on their way', () => {
  it('are each found by their own state, once', () => {
    const list = withPending(withPending(undefined, pending('one')), pending('two'));
    const first = takePending(list, 'one', NOW);
    expect(first.pending).toEqual(pending('one'));
    expect(takePending(first.rest, 'one', NOW).pending).toBeUndefined();
    expect(takePending(first.rest, 'two', NOW).pending).toEqual(pending('two'));
  });

  it.each([undefined, '', 'tw', 'TWO', 'two '])('are not found by %j', (state) => {
    const { pending: found, rest } = takePending([pending('two')], state, NOW);
    expect(found).toBeUndefined();
    expect(rest).toHaveLength(1);
  });

  it('are over after ten minutes', () => {
    const list = [pending('late')];
    expect(takePending(list, 'late', NOW + 10 * MINUTE - 1).pending).toBeDefined();
    expect(takePending(list, 'late', NOW + 10 * MINUTE)).toEqual({ pending: undefined, rest: [] });
  });

  it('are five at most, and the oldest gives way', () => {
    const states = ['1', '2', '3', '4', '5', '6'];
    const list = states.reduce<PendingSignIn[]>((all, state) => withPending(all, pending(state)), []);
    expect(list.map(({ state }) => state)).toEqual(['2', '3', '4', '5', '6']);
  });
});
