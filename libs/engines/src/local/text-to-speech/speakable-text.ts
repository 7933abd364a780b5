import { AppError } from '#libs/errors';

/** Signs that flite does not know, as what it does know. */
const SUBSTITUTES: Readonly<Record<string, string>> = {
  '‘': "'",
  '’': "'",
  '‚': "'",
  '‛': "'",
  '′': "'",
  '“': '"',
  '”': '"',
  '„': '"',
  '«': '"',
  '»': '"',
  '‐': '-',
  '‑': '-',
  '‒': '-',
  '–': ' - ',
  '—': ' - ',
  '―': ' - ',
  '−': '-',
  '⁄': '/',
  '×': ' times ',
  '÷': ' divided by ',
  '°': ' degrees ',
  '•': ', ',
  '€': ' euros ',
  '£': ' pounds ',
  '¥': ' yen ',
  '©': ' copyright ',
  '®': ' ',
  ß: 'ss',
  æ: 'ae',
  Æ: 'Ae',
  œ: 'oe',
  Œ: 'Oe',
  ø: 'o',
  Ø: 'O',
  ł: 'l',
  Ł: 'L',
  đ: 'd',
  Đ: 'D',
  ð: 'd',
  Ð: 'D',
  þ: 'th',
  Þ: 'Th',
  ı: 'i',
};

/** Most letters that an error names. */
const NAMED_LETTERS = 8;

/**
 * The text in the ASCII that flite reads: accents dropped, typographic signs replaced, emoji and control
 * characters left out.
 * @throws AppError `invalid_input` when it has letters of another script, which would be skipped in silence, or
 * nothing to speak at all
 */
export function speakableText(text: string): string {
  const plain = text
    // "€5" is read as "5 euros".
    .replace(/([€£¥])\s?(\d+(?:[.,]\d+)*)/gu, '$2 $1')
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .replace(/[^\x20-\x7e]/gu, (sign) => SUBSTITUTES[sign] ?? (/[\p{L}\p{N}]/u.test(sign) ? sign : ' '))
    .replace(/\s+/g, ' ')
    .trim();
  const foreign = [...new Set(plain.match(/[^\x20-\x7e]/gu))];
  if (foreign.length > 0)
    throw refusal(
      `The voices speak English only and cannot say ${foreign.slice(0, NAMED_LETTERS).join(' ')}`,
    );
  if (!/[a-z0-9]/i.test(plain)) throw refusal('The text has no letters or digits that could be spoken');
  return plain;
}

function refusal(message: string): AppError {
  return new AppError('invalid_input', `${message}.`, { validationErrors: [{ path: 'text', message }] });
}

/**
 * Cuts a text into pieces of whole sentences, so that one is spoken at a time. A sentence longer than `longest` is
 * cut between words, a word longer than that anywhere.
 */
export function splitText(text: string, longest: number): string[] {
  const pieces: string[] = [];
  let piece = '';
  for (const part of parts(text, longest)) {
    if (piece && piece.length + part.length > longest) {
      pieces.push(piece.trim());
      piece = '';
    }
    piece += part;
  }
  pieces.push(piece.trim());
  // A piece of punctuation alone would be spoken as a click.
  return pieces.filter((candidate) => /[a-z0-9]/i.test(candidate));
}

function* parts(text: string, longest: number): Iterable<string> {
  for (const { segment: sentence } of new Intl.Segmenter('en', { granularity: 'sentence' }).segment(text)) {
    if (sentence.length <= longest) yield sentence;
    else yield* sentence.match(new RegExp(`\\S{1,${longest}}\\s*`, 'g')) ?? [];
  }
}
