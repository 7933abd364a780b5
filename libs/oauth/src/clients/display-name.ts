const MAX_CHARACTERS = 80;

/**
 * A client's own name, safe to show: without control and direction-changing characters, which could make one name
 * look like another, without line breaks, and cut to a length that a page can bear. Null when nothing is left.
 */
export function cleanDisplayName(name: string): string | null {
  const cleaned = name
    .slice(0, 4_096)
    .replace(/[\p{Cc}\p{Zl}\p{Zp}]/gu, ' ')
    .replace(/[\p{Cf}\p{Co}\p{Cs}\p{Cn}]/gu, '')
    .replace(/\s+/gu, ' ')
    .trim();
  const characters = [...cleaned];
  if (characters.length === 0) return null;
  return characters.length > MAX_CHARACTERS
    ? `${characters.slice(0, MAX_CHARACTERS - 1).join('')}…`
    : cleaned;
}
