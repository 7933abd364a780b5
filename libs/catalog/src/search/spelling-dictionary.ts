import { editDistance } from '#libs/errors';

/** Words by a letter of theirs. */
type WordsByLetter = ReadonlyMap<string | undefined, readonly string[]>;

/** Words that a mistyped one may stand for, kept so that only the few that begin alike are compared with it. */
export class SpellingDictionary {
  private readonly byFirst: WordsByLetter;
  private readonly bySecond: WordsByLetter;

  /** @param words the likelier ones first */
  constructor(words: readonly string[]) {
    this.byFirst = byLetter(words, 0);
    this.bySecond = byLetter(words, 1);
  }

  /**
   * The word that a mistyped one most likely stands for, or null when none is near: one wrong letter in four, at least one.
   *
   * @param likelier words that are looked at before those of the dictionary
   */
  nearest(word: string, likelier: readonly string[]): string | null {
    // Few people mistype the first letter; some exchange it with the second, or leave it out.
    const candidates = [
      ...likelier,
      ...(this.byFirst.get(word[0]) ?? []),
      ...(this.byFirst.get(word[1]) ?? []),
      ...(this.bySecond.get(word[0]) ?? []),
    ];
    const most = Math.max(1, Math.floor(word.length / 4));
    let best: string | null = null;
    let least = most + 1;
    for (const candidate of candidates) {
      if (Math.abs(candidate.length - word.length) > most) continue;
      const distance = editDistance(word, candidate, most) + (candidate[0] === word[0] ? 0 : 0.5);
      if (distance < least) {
        best = candidate;
        least = distance;
      }
    }
    return best;
  }
}

function byLetter(words: readonly string[], place: number): WordsByLetter {
  const found = new Map<string | undefined, string[]>();
  for (const word of words) {
    const letter = word[place];
    const others = found.get(letter);
    if (others) others.push(word);
    else found.set(letter, [word]);
  }
  return found;
}
