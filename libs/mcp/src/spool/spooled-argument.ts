import { randomUUID } from 'node:crypto';
import { type FileHandle, mkdir, open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { AppError, isDiskFull, toAppError } from '#libs/errors';
import { Base64Decoder } from './base64-decoder.js';
import type { LongStringSink } from './json-string-cutter.js';

const WRITE_BYTES = 1024 * 1024;

/**
 * A base64 argument that was decoded into a file while its body arrived. The file loses its name as soon as it is open,
 * so that it goes with the process, however that ends.
 */
export class SpooledArgument implements LongStringSink {
  /** What stands for it in the arguments. Nobody outside can know it, and it means nothing in another request. */
  readonly placeholder = `spooled-${randomUUID()}`;
  private readonly decoder = new Base64Decoder();
  private file: Promise<FileHandle> | null = null;
  private waiting: Buffer[] = [];
  private waitingBytes = 0;
  private count = 0;
  private failure: Error | null = null;

  /**
   * @param folder where the file may stand
   * @param capBytes most bytes that are kept; what comes after them is counted only
   */
  constructor(
    private readonly folder: string,
    private readonly capBytes: number,
  ) {}

  /** Decoded bytes, those over the cap included. */
  get size(): number {
    return this.count;
  }

  /** The media type, when it came as a data URL. */
  get contentType(): string | undefined {
    return this.decoder.contentType;
  }

  /** What is wrong with it is told to whoever opens it: the call it belongs to is known only when the body is read. */
  async write(text: string): Promise<void> {
    await this.unlessFailed(() => this.keep(this.decoder.push(text)));
  }

  async end(): Promise<string> {
    await this.unlessFailed(async () => {
      await this.keep(this.decoder.end());
      await this.flush();
    });
    return this.placeholder;
  }

  /**
   * The decoded bytes, from the first on.
   * @throws AppError `invalid_file` (not base64), `storage_full`
   */
  async open(): Promise<Readable> {
    if (this.failure) throw this.failure;
    const handle = await this.opened();
    return handle.createReadStream({ start: 0, autoClose: false, highWaterMark: WRITE_BYTES });
  }

  async dispose(): Promise<void> {
    this.failure ??= new AppError('cancelled');
    this.waiting = [];
    const handle = await this.file?.catch(() => undefined);
    await handle?.close().catch(() => undefined);
  }

  private async keep(bytes: Buffer): Promise<void> {
    const room = Math.max(0, this.capBytes - this.count);
    this.count += bytes.length;
    if (room === 0 || bytes.length === 0) return;
    this.waiting.push(bytes.subarray(0, room));
    this.waitingBytes += Math.min(room, bytes.length);
    if (this.waitingBytes >= WRITE_BYTES) await this.flush();
  }

  private async flush(): Promise<void> {
    const bytes = this.waiting;
    this.waiting = [];
    this.waitingBytes = 0;
    if (bytes.length === 0) return;
    const handle = await this.opened();
    await handle.appendFile(bytes.length === 1 ? bytes[0]! : Buffer.concat(bytes));
  }

  private opened(): Promise<FileHandle> {
    this.file ??= openNameless(this.folder, this.placeholder);
    return this.file;
  }

  private async unlessFailed(work: () => Promise<void>): Promise<void> {
    if (this.failure) return;
    try {
      await work();
    } catch (error) {
      this.waiting = [];
      this.failure = asFailure(error);
    }
  }
}

async function openNameless(folder: string, name: string): Promise<FileHandle> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const path = join(folder, name);
  const handle = await open(path, 'wx+', 0o600);
  try {
    await rm(path);
  } catch (error) {
    await handle.close();
    throw error;
  }
  return handle;
}

function asFailure(error: unknown): Error {
  if (isDiskFull(error)) return toAppError(error);
  return error instanceof Error ? error : new Error(String(error));
}
