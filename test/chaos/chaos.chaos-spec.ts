import { type ChaosOptions, runChaos } from './chaos.js';

const number = (name: string, fallback: number): number => Number(process.env[name] ?? fallback);

/** `CHAOS_REQUESTS=500 CHAOS_SEED=7 npm run test:chaos`; `npm test` runs the short form. */
const OPTIONS: Omit<ChaosOptions, 'store'> = {
  seed: number('CHAOS_SEED', 1),
  requests: number('CHAOS_REQUESTS', 40),
  users: number('CHAOS_USERS', 5),
  pause: [1_500, 5_000],
};

jest.setTimeout(30 * 60_000);

it.each(['PostgreSQL', 'Redis'] as const)('every accepted request ends once, on %s', async (store) => {
  const { tally, triedAgain, blows, ...faults } = await runChaos({ ...OPTIONS, store });
  console.info(
    `${store}, seed ${OPTIONS.seed}: ${JSON.stringify(tally)}, ${triedAgain} tried again, ${blows.length} blows (${blows.join(', ')})`,
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
