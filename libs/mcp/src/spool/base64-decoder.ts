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
    const characters = this.carried + (/\s/.test(text) ? text.replace(/\s+/g, '') : text);
    const length = characters.length - (characters.length % 4);
    const whole = characters.slice(0, length);
    this.carried = characters.slice(length);
    if (whole === '') return Buffer.alloc(0);
    // After padding nothing may come, and before the end of a group no padding.
    if (this.ended || !/^[A-Za-z0-9+/]*={0,2}$/.test(whole)) throw notBase64(whole);
    this.ended = whole.endsWith('=');
    return Buffer.from(whole, 'base64');
  }
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
