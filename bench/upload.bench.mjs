import { growthDuring, initiate, mebibytes, newApiKey, put } from './support/files.mjs';
import { startServer } from './support/processes.mjs';
import { takeTurns, timed } from './support/rounds.mjs';
import { median, spread } from './support/statistics.mjs';

const BYTES = 200 * 1024 * 1024;
const ROUNDS = 7;
const WARM_UPS = 2;
const LEAST_RATE = 0.8;
const MOST_GROWTH = 64 * 1024 * 1024;

export const title = 'A file of 200 MiB in one PUT, to disk';

/** Ours hashes, syncs and records what it stores; the other one pipes it to a file. */
export async function run({ database, log }) {
  const ours = await startServer('api.mjs', [], database.environment);
  const bare = await startServer('bare-upload.mjs', [], database.environment);
  try {
    const key = await newApiKey(database.environment);
    const growths = [];
    const upload = async () => {
      const { upload_url } = await initiate(ours.url, key, BYTES);
      return timed(() => put(upload_url, BYTES));
    };
    const sides = {
      ours: async () => {
        let took = 0;
        growths.push(await growthDuring(ours, async () => (took = await upload())));
        return took;
      },
      bare: () => timed(() => put(bare.url, BYTES)),
    };
    log('warm-up');
    await takeTurns(sides, WARM_UPS);
    growths.length = 0;
    log(`${ROUNDS} rounds`);
    const times = await takeTurns(sides, ROUNDS);
    return [rateLine(times), growthLine(growths)];
  } finally {
    await Promise.all([ours.stop(), bare.stop()]);
  }
}

function rateLine({ ours, bare }) {
  const ratios = ours.map((took, round) => bare[round] / took);
  const rate = (times) => `${(BYTES / 1e6 / (median(times) / 1_000)).toFixed(0)} MB/s`;
  const times = (value) => `${value.toFixed(2)}×`;
  return {
    what: 'PUT to a signed URL',
    ours: rate(ours),
    baseline: 'bare node:http that pipes to a file',
    theirs: rate(bare),
    ratio: times(median(ratios)),
    spread: spread(ratios, times),
    target: `≥ ${times(LEAST_RATE)}`,
    reached: median(ratios) >= LEAST_RATE,
  };
}

function growthLine(growths) {
  const most = Math.max(...growths);
  return {
    what: '… memory that the api grows by meanwhile',
    ours: mebibytes(most),
    spread: spread(growths, mebibytes),
    target: `≤ ${mebibytes(MOST_GROWTH)}`,
    reached: most <= MOST_GROWTH,
  };
}
