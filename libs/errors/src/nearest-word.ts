/**
 * The candidate that a mistyped word most likely stands for: at most a third of its letters wrong, upper case and
 * separators aside. Null when none is near.
 */
export function nearestWord(word: string, candidates: readonly string[]): string | null {
  const plain = (text: string) =>
    text
      .toLowerCase()
      .replace(/[\s_-]/g, '')
      .slice(0, 64);
  const given = plain(word);
  let best: { candidate: string; distance: number } | null = null;
  for (const candidate of candidates) {
    const most = Math.max(given.length, candidate.length) / 3;
    const wanted = plain(candidate);
    if (Math.abs(given.length - wanted.length) > most) continue;
    const distance = editDistance(given, wanted);
    if (distance <= most && distance < (best?.distance ?? Infinity)) {
      best = { candidate, distance };
    }
  }
  return best?.candidate ?? null;
}

/**
 * Least number of insertions, deletions, substitutions and swaps of neighbours (optimal string alignment).
 *
 * @param most a distance that is surely greater may come out as Infinity, which spares most of the work
 */
export function editDistance(one: string, other: string, most = Infinity): number {
  // Three rows of the table are enough, and a typing error is compared with thousands of words.
  let before: number[] = [];
  let last = Array.from({ length: other.length + 1 }, (_, column) => column);
  let row: number[] = [];
  for (let at = 1; at <= one.length; at += 1) {
    row[0] = at;
    let nearest = at;
    const letter = one.charCodeAt(at - 1);
    for (let column = 1; column <= other.length; column += 1) {
      const wanted = other.charCodeAt(column - 1);
      const replaced = (last[column - 1] as number) + (letter === wanted ? 0 : 1);
      const least = Math.min(replaced, (last[column] as number) + 1, (row[column - 1] as number) + 1);
      const swapped = letter === other.charCodeAt(column - 2) && one.charCodeAt(at - 2) === wanted;
      const distance = swapped ? Math.min(least, (before[column - 2] as number) + 1) : least;
      row[column] = distance;
      nearest = Math.min(nearest, distance);
    }
    // A swap reaches over one row, and costs one.
    if (nearest > most + 1) return Infinity;
    [before, last, row] = [last, row, before];
  }
  return last[other.length] as number;
}
