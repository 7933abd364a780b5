/**
 * What to try next, beside a list that came out empty: without it an assistant takes "nothing matches" for "there is
 * nothing".
 */
export function emptyHint(total: number, hint: string): { hint?: string } {
  return total === 0 ? { hint } : {};
}

/** For the lists of models and wrappers. */
export const LOOSEN_FILTERS =
  'Nothing matches. Categories are image, video and utility; leave out category or search, or use the tool search.';
