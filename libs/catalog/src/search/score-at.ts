/** Groups of the bits of a float, the highest first: floats above 0 are in the order of their bits. */
const DIGITS = [
  { shift: 20, values: 2048 },
  { shift: 10, values: 1024 },
  { shift: 0, values: 1024 },
] as const;
const counts = new Uint32Array(DIGITS[0].values);

/** What stands at a place. */
interface Place {
  score: number;
  /** How many of the same score stand before it. */
  equalsBefore: number;
}

/**
 * What stands at a place when scores are in order, the greatest first. They are not put in order for it, but looked at three
 * times: common words leave thousands of equals, and deep pages have thousands of hits before them.
 *
 * @param scores each more than 0
 * @param place counted from 0; less than there are scores
 */
export function scoreAt(scores: Float32Array, place: number): Place {
  const bits = new Uint32Array(scores.buffer, scores.byteOffset, scores.length);
  let [known, mask, before] = [0, 0, place];
  for (const { shift, values } of DIGITS) {
    counts.fill(0);
    for (let index = 0; index < bits.length; index += 1) {
      const value = bits[index] as number;
      if ((value & mask) !== known) continue;
      const digit = (value >>> shift) & (values - 1);
      counts[digit] = (counts[digit] as number) + 1;
    }
    let digit = values - 1;
    while (before >= (counts[digit] as number)) before -= counts[digit--] as number;
    known |= digit << shift;
    mask |= (values - 1) << shift;
  }
  return { score: new Float32Array(Uint32Array.of(known).buffer)[0] as number, equalsBefore: before };
}
