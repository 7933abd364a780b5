const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const LETTER_U = 0x75;
const NOTHING = Buffer.alloc(0);

/** Takes the strings that are too long for a JSON parser. */
export interface LongStringSink {
  /** @param text a piece of the string, its escapes undone; one character for each byte, so for ASCII only */
  write(text: string): Promise<void>;
  /** @returns what stands in the JSON in place of the string, without quotes; nothing in it may need an escape */
  end(): Promise<string>;
}

/**
 * Cuts long strings out of JSON while it arrives. Outside of strings it looks for the next quote and for nothing
 * else: the JSON that is left says what the document is, so there is no second opinion about its structure.
 */
export class JsonStringCutter {
  /** What came and is not given on yet: the start of a string that may become long, or half an escape. */
  private held: Buffer[] = [];
  private heldBytes = 0;
  private state: 'outside' | 'short' | 'long' = 'outside';
  private sink: LongStringSink | null = null;
  private cut: Buffer = NOTHING;

  /**
   * @param limit strings of more bytes than this, as they stand in the JSON, are cut out
   * @param open called for each of them
   */
  constructor(
    private readonly limit: number,
    private readonly open: () => LongStringSink,
  ) {}

  /** @returns the JSON that is left so far */
  async take(chunk: Buffer): Promise<Buffer> {
    const bytes = this.cut.length > 0 ? Buffer.concat([this.cut, chunk]) : chunk;
    this.cut = NOTHING;
    const kept: Buffer[] = [];
    for (let at = 0; at < bytes.length;) {
      if (this.state === 'outside') at = this.pass(bytes, at, kept);
      else at = this.passShort(bytes, at, kept) ?? (await this.takeString(bytes, at, kept));
    }
    return Buffer.concat(kept);
  }

  /** @returns the rest of JSON that ends in a string or in an escape; whoever parses it says so */
  end(): Buffer {
    return Buffer.concat([...this.held, this.cut]);
  }

  private pass(bytes: Buffer, from: number, kept: Buffer[]): number {
    const quote = bytes.indexOf(QUOTE, from);
    const to = quote < 0 ? bytes.length : quote + 1;
    kept.push(bytes.subarray(from, to));
    if (quote >= 0) this.state = 'short';
    return to;
  }

  /** A short string that lies here whole; null for any other. */
  private passShort(bytes: Buffer, from: number, kept: Buffer[]): number | null {
    if (this.state === 'long' || this.heldBytes > 0) return null;
    const { to, closed } = endOfString(bytes, from);
    if (!closed || to - from > this.limit) return null;
    kept.push(bytes.subarray(from, to + 1));
    this.state = 'outside';
    return to + 1;
  }

  private async takeString(bytes: Buffer, from: number, kept: Buffer[]): Promise<number> {
    const { to, closed } = endOfString(bytes, from);
    const piece = bytes.subarray(from, to);
    if (this.state === 'long') await this.sink?.write(unescape(piece));
    else await this.hold(piece);
    if (closed) {
      kept.push(...(await this.closeString()));
      return to + 1;
    }
    this.cut = Buffer.from(bytes.subarray(to));
    return bytes.length;
  }

  private async hold(piece: Buffer): Promise<void> {
    this.held.push(Buffer.from(piece));
    this.heldBytes += piece.length;
    if (this.heldBytes <= this.limit) return;
    this.state = 'long';
    this.sink = this.open();
    for (const start of this.takeHeld()) await this.sink.write(unescape(start));
  }

  private async closeString(): Promise<Buffer[]> {
    const placeholder = await this.sink?.end();
    this.sink = null;
    this.state = 'outside';
    const string = placeholder === undefined ? this.takeHeld() : [Buffer.from(placeholder)];
    return [...string, Buffer.of(QUOTE)];
  }

  private takeHeld(): Buffer[] {
    const held = this.held;
    this.held = [];
    this.heldBytes = 0;
    return held;
  }
}

/** @returns where the string ends, or the bytes do; never in the middle of an escape */
function endOfString(bytes: Buffer, from: number): { to: number; closed: boolean } {
  let quote = bytes.indexOf(QUOTE, from);
  for (let at = from; ;) {
    const to = quote < 0 ? bytes.length : quote;
    // Only as far as the quote: looked for to the end, it would be found again and again by the strings before it.
    const escape = bytes.subarray(at, to).indexOf(BACKSLASH);
    if (escape < 0) return { to, closed: quote >= 0 };
    const start = at + escape;
    at = start + (bytes[start + 1] === LETTER_U ? 6 : 2);
    if (at > bytes.length) return { to: start, closed: false };
    if (quote >= 0 && quote < at) quote = bytes.indexOf(QUOTE, at);
  }
}

const ESCAPED: Record<string, string> = { '/': '/', n: '\n', r: '\r', t: '\t', '"': '"', b: '\b', f: '\f' };

/** An escape that JSON does not have stays as it is, for the reader of the text to refuse. */
function unescape(piece: Buffer): string {
  const text = piece.toString('latin1');
  if (!piece.includes(BACKSLASH)) return text;
  return text.replace(
    /\\(?:u([0-9A-Fa-f]{4})|(.))/gs,
    (escape: string, code: string | undefined, letter: string) =>
      code === undefined ? (ESCAPED[letter] ?? escape) : String.fromCharCode(Number.parseInt(code, 16)),
  );
}
