/** At most so many characters of a text: whole, else its first sentence, else cut after a word with `…`. */
export function shortText(text: string, most: number): string {
  const trimmed = text.trim();
  if (trimmed.length <= most) return trimmed;
  if (most < 12) return '';
  const sentence = /^.*?[.!?](?=\s)/s.exec(trimmed.slice(0, most + 1))?.[0];
  if (sentence && sentence.length >= most / 3) return sentence;
  const cut = trimmed.slice(0, most - 1);
  const word = cut.lastIndexOf(' ');
  return `${(word > most / 2 ? cut.slice(0, word) : cut).trimEnd()}…`;
}
