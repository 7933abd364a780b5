import { type ChaosOptions, runChaos } from './chaos.js';

const number = (name: string, fallback: number): number => Number(process.env[name] ?? fallback);

/** `CHAOS_REQUESTS=500 CHAOS_SEED=7 npm run test:chaos`; `npm test` runs the short form. */
const OPTIONS: ChaosOptions = {
  seed: number('CHAOS_SEED', 1),
  requests: number('CHAOS_REQUESTS', 60),
  users: number('CHAOS_USERS', 5),
  pause: [1_500, 5_000],
  redisUrl: process.env.CHAOS_REDIS_URL,
};

jest.setTimeout(30 * 60_000);

it('every accepted request ends once, whatever dies in between', async () => {
  const { tally, triedAgain, blows, ...faults } = await runChaos(OPTIONS);
  console.info(
    `seed ${OPTIONS.seed}: ${JSON.stringify(tally)}, ${triedAgain} tried again, ${blows.length} blows (${blows.join(', ')})`,
  );
  expect(faults).toEqual({
    lost: [],
    unfinished: [],
    twiceEnded: [],
    wronglyCharged: [],
    filesWithoutRow: [],
    rowsWithoutFile: [],
    filesOfUnfinished: [],
    surprises: [],
    orphans: [],
  });
  expect(Object.values(tally).reduce((sum, count) => sum + count, 0)).toBe(
    Math.ceil(OPTIONS.requests / OPTIONS.users) * OPTIONS.users,
  );
});
