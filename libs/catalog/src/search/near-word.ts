import { editDistance } from '../schema/nearest-word.js';

/**
 * The word that a mistyped one most likely stands for, or null when none is near: one wrong letter in four, at least one.
 *
 * @param candidates the likelier ones first
 */
export function nearWord(word: string, candidates: readonly string[]): string | null {
  const most = Math.max(1, Math.floor(word.length / 4));
  let best: string | null = null;
  let least = most + 1;
  for (const candidate of new Set(candidates)) {
    // Few people mistype the first letter; some exchange it with the second.
    const begins = candidate[0] === word[0] || candidate[1] === word[0] || candidate[0] === word[1];
    if (!begins || Math.abs(candidate.length - word.length) > most) continue;
    const distance = editDistance(word, candidate) + (candidate[0] === word[0] ? 0 : 0.5);
    if (distance < least) {
      best = candidate;
      least = distance;
    }
  }
  return best;
}
