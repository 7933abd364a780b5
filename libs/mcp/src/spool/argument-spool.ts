import { randomUUID } from 'node:crypto';
import { Transform, type TransformCallback } from 'node:stream';
import { JsonStringCutter, type LongStringSink } from './json-string-cutter.js';
import { SpooledArgument } from './spooled-argument.js';

export interface SpoolOptions {
  /** Most bytes of the whole body. */
  mostBytes: number;
  /** Folder for the spooled file. */
  folder: string;
  /** Strings of more bytes than this are spooled. */
  longest: number;
  /** Most JSON, in bytes, that may be left beside them. */
  mostJson: number;
  /** Most decoded bytes that are kept. */
  capBytes: number;
}

/** Receives a string and forgets it: one body carries one file. */
class DroppedString implements LongStringSink {
  constructor(private readonly placeholder: string) {}
  async write(): Promise<void> {}
  async end(): Promise<string> {
    return this.placeholder;
  }
}

/**
 * A body of /mcp on its way to the JSON parser: the file in it goes to disk as it comes, and the parser sees a short
 * text in its place.
 */
export class ArgumentSpool extends Transform {
  /** Bytes read of the body: Fastify compares it with the Content-Length and the limit. */
  receivedEncodedLength = 0;
  private readonly dropped = `dropped-${randomUUID()}`;
  private leftBytes = 0;
  private argument: SpooledArgument | null = null;
  private readonly cutter: JsonStringCutter;

  constructor(private readonly options: SpoolOptions) {
    super();
    this.cutter = new JsonStringCutter(options.longest, () => this.nextSink());
  }

  /** The file that `text` stands for, if it does. */
  argumentFor(text: unknown): SpooledArgument | undefined {
    return this.argument !== null && this.argument.placeholder === text ? this.argument : undefined;
  }

  /** Whether `text` stands in the place of one that was too long. */
  hasCut(text: unknown): boolean {
    return text === this.dropped || this.argumentFor(text) !== undefined;
  }

  async dispose(): Promise<void> {
    this.destroy();
    await this.argument?.dispose();
  }

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    this.receivedEncodedLength += chunk.length;
    if (this.receivedEncodedLength > this.options.mostBytes) return done(bodyTooLarge());
    this.cutter.take(chunk).then(
      (left) => {
        this.leftBytes += left.length;
        if (this.leftBytes > this.options.mostJson) done(bodyTooLarge());
        else done(null, left);
      },
      (error: unknown) => done(error as Error),
    );
  }

  override _flush(done: TransformCallback): void {
    done(null, this.cutter.end());
  }

  private nextSink(): LongStringSink {
    if (this.argument) return new DroppedString(this.dropped);
    this.argument = new SpooledArgument(this.options.folder, this.options.capBytes);
    return this.argument;
  }
}

/** As Fastify itself refuses a body over its limit. */
function bodyTooLarge(): Error {
  return Object.assign(new Error('body too large'), {
    code: 'FST_ERR_CTP_BODY_TOO_LARGE',
    statusCode: 413,
  });
}
