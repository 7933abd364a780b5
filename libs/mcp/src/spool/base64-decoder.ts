import { Readable } from 'node:stream';
import { AppError } from '#libs/errors';

/** `data:image/png;base64,`: tolerated, because assistants copy whole data URLs. */
const DATA_URL = /^\s*data:([^,;]{0,200})[^,]{0,200};base64,|^\s*data:;base64,/i;
/** By then the comma of a data URL was there. */
const LONGEST_PREFIX = 512;

/**
 * Reads base64 as it arrives (RFC 4648 §4, padding required, whitespace tolerated, also behind the prefix of a data
 * URL), in pieces that may be cut anywhere.
 */
export class Base64Decoder {
  private start: string | null = '';
  private carried = '';
  private ended = false;
  private declared?: string;

  /** The media type of a data URL, once its prefix was read. */
  get contentType(): string | undefined {
    return this.declared;
  }

  /** @throws AppError invalid_file when the text is not base64 */
  push(text: string): Buffer {
    if (this.start === null) return this.decode(text);
    this.start += text;
    return this.start.length < LONGEST_PREFIX ? Buffer.alloc(0) : this.decode(this.takeStart());
  }

  /** @throws AppError invalid_file when the text was cut off */
  end(): Buffer {
    const last = this.start === null ? Buffer.alloc(0) : this.decode(this.takeStart());
    if (this.carried !== '') throw notBase64('');
    return last;
  }

  private takeStart(): string {
    const text = this.start ?? '';
    this.start = null;
    const prefix = DATA_URL.exec(text.slice(0, LONGEST_PREFIX));
    this.declared = prefix?.[1] || undefined;
    return text.slice(prefix?.[0].length ?? 0);
  }

  private decode(text: string): Buffer {
    const { whole, rest } = inGroups(this.carried + text);
    const bytes = decodeExactly(whole);
    if (bytes === null && /\s/.test(text)) return this.decode(text.replace(/\s+/g, ''));
    // After padding nothing may come.
    if (bytes === null || (this.ended && whole !== '')) throw notBase64(whole);
    this.carried = rest;
    this.ended ||= whole.endsWith('=');
    return bytes;
  }
}

/** What four characters each say three bytes of, and the characters that wait for others. */
function inGroups(characters: string): { whole: string; rest: string } {
  const length = characters.length - (characters.length % 4);
  return { whole: characters.slice(0, length), rest: characters.slice(length).replace(/\s+/g, '') };
}

/**
 * Node skips what is not base64, and takes the two signs of base64url as well: the length tells of the one, a look of
 * the other. A tenth of the time that a regular expression takes.
 * @returns null when the text is not whole groups of base64
 */
function decodeExactly(text: string): Buffer | null {
  const padding = text.endsWith('==') ? 2 : text.endsWith('=') ? 1 : 0;
  const bytes = Buffer.from(text, 'base64');
  if (bytes.length !== (text.length / 4) * 3 - padding) return null;
  return text.includes('-') || text.includes('_') ? null : bytes;
}

/**
 * The bytes of a base64 text that is in memory.
 * @throws AppError invalid_file
 */
export function decodeBase64(base64: string): { bytes: Readable; contentType?: string } {
  const decoder = new Base64Decoder();
  const bytes = Buffer.concat([decoder.push(base64), decoder.end()]);
  return { bytes: Readable.from([bytes], { objectMode: false }), contentType: decoder.contentType };
}

function notBase64(text: string): AppError {
  const stray = /[^A-Za-z0-9+/=]/.exec(text)?.[0];
  const reason = stray ? `has the character ${JSON.stringify(stray)}` : 'is cut off or has wrong padding';
  return new AppError('invalid_file', 'The argument is not base64.', {
    validationErrors: [{ path: 'base64', message: reason }],
    nextStep: 'Send the whole file in standard base64, or give a url instead.',
  });
}
