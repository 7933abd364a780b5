import { parse as parseDisposition } from 'content-disposition';

const LONGEST = 150;
/** Of a longer text only the end is looked at: normalising takes a time that can grow with the square of the length. */
const LONGEST_READ = 1_000;
const RESERVED = /^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/i;
// Control characters, and those that turn or hide text (a name must not read other than it is).
// eslint-disable-next-line no-control-regex
const INVISIBLE = /[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb]/g;
const FORBIDDEN = /[<>:"|?*]/g;

/**
 * A caller's text as a file name that is safe to show and to save under: one path segment, no control or reversing
 * characters, at most 150 characters. It is never used as a path by this server.
 * @param extension added when the name has none
 */
export function cleanFileName(name: string | undefined, extension?: string): string {
  const segment = (name ?? '').slice(-LONGEST_READ).normalize('NFC').split(/[/\\]/).at(-1) ?? '';
  const visible = wellFormed(segment).replace(INVISIBLE, '').replace(FORBIDDEN, '_');
  const trimmed = visible.replace(/\s+/g, ' ').replace(/^[. ]+|[. ]+$/g, '');
  const safe = RESERVED.test(trimmed) ? `_${trimmed}` : trimmed;
  const base = safe === '' ? 'file' : safe;
  return shorten(/\.[A-Za-z0-9]{1,10}$/.test(base) || !extension ? base : `${base}.${extension}`);
}

/** The name that a response suggests (RFC 6266), else the last segment of its URL; uncleaned. */
export function suggestedFileName(url: URL, disposition: string | undefined): string | undefined {
  const fromHeader = disposition ? dispositionName(disposition) : undefined;
  return fromHeader ?? lastSegment(url);
}

function dispositionName(header: string): string | undefined {
  try {
    return parseDisposition(header).parameters.filename || undefined;
  } catch {
    return undefined;
  }
}

function lastSegment(url: URL): string | undefined {
  const segment = url.pathname.split('/').at(-1);
  try {
    return segment ? decodeURIComponent(segment) : undefined;
  } catch {
    return segment;
  }
}

/** A lone surrogate cannot be stored as UTF-8. */
function wellFormed(text: string): string {
  return text.replace(/\p{Surrogate}/gu, '');
}

/** Cuts before the extension, and never through a character. */
function shorten(name: string): string {
  if (name.length <= LONGEST) return name;
  const extension = /\.[A-Za-z0-9]{1,10}$/.exec(name)?.[0] ?? '';
  let stem = '';
  for (const character of name.slice(0, name.length - extension.length)) {
    if (stem.length + character.length + extension.length > LONGEST) break;
    stem += character;
  }
  return stem.trimEnd() + extension;
}
