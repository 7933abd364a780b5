import { randomBytes } from 'node:crypto';
import { open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { Injectable } from '@nestjs/common';
import { AppError } from '#libs/errors';
import { describeUrl } from '#libs/outbound';
import { formatBytes } from '../content/byte-size.js';
import { MeasuredBytes, peek } from '../content/byte-stream.js';
import { matchesMediaRange, resolveContentType, SNIFF_BYTES } from '../content/content-type.js';
import { cleanFileName } from '../content/file-name.js';
import type { RemoteFile } from './guarded-fetch.js';
import { UrlSource } from './url-source.service.js';

export interface InputLimits {
  /** Most bytes. */
  maxBytes: number;
  /** Media type or range that the bytes must be, such as `image/*`; several with commas. Default: anything. */
  accept?: string;
  signal: AbortSignal;
}

/** A local copy of a file that a URL named. */
export interface FetchedInput {
  path: string;
  /** What the bytes are, not what the server said. */
  contentType: string;
  /** Bytes. */
  size: number;
  /** Cleaned. */
  fileName: string;
}

/** Brings the files that an inference input names to where an engine can read them. */
@Injectable()
export class InputFetcher {
  constructor(private readonly sources: UrlSource) {}

  /**
   * Refuses at once what {@link fetch} would refuse without having looked: wrong scheme, credentials, an address
   * that is literally private. This server's own media URLs pass. No I/O.
   * @throws AppError `blocked_url`, `invalid_input`
   */
  assertFetchable(url: string): void {
    this.sources.assertFetchable(url);
  }

  /**
   * @param to the folder for the copy; the name in it is made here
   * @throws AppError `unreachable_url`, `blocked_url`, `file_too_large`, `invalid_file`, `cancelled`
   */
  async fetch(url: string, to: { dir: string }, limits: InputLimits): Promise<FetchedInput> {
    const remote = await this.sources.open(url, limits.signal);
    try {
      return await copyToFolder(remote, describeUrl(new URL(url)), to.dir, limits);
    } finally {
      remote.stream.destroy();
    }
  }
}

async function copyToFolder(
  remote: RemoteFile,
  name: string,
  folder: string,
  { maxBytes, accept = '*/*', signal }: InputLimits,
): Promise<FetchedInput> {
  const tooLarge = () =>
    new AppError(
      'file_too_large',
      `The file at ${name} is larger than ${formatBytes(maxBytes)}, the most allowed here.`,
    );
  if (remote.contentLength !== undefined && remote.contentLength > maxBytes) throw tooLarge();
  const { head, whole } = await peek(remote.stream, SNIFF_BYTES);
  if (head.length === 0) throw new AppError('invalid_file', `The file at ${name} is empty.`);
  const { contentType, extension } = await resolveContentType(head, remote.contentType);
  if (!matchesMediaRange(contentType, accept)) throw wrongType(name, contentType, accept);

  const bytes = new MeasuredBytes(whole, maxBytes, tooLarge);
  const path = join(folder, `input-${randomBytes(8).toString('hex')}${extension ? `.${extension}` : ''}`);
  await writeNew(path, bytes, signal);
  return { path, contentType, size: bytes.size, fileName: cleanFileName(remote.fileName, extension) };
}

async function writeNew(path: string, bytes: MeasuredBytes, signal: AbortSignal): Promise<void> {
  const handle = await open(path, 'wx', 0o600);
  try {
    await pipeline(bytes, handle.createWriteStream(), { signal });
  } catch (error) {
    await rm(path, { force: true });
    if (signal.aborted) throw new AppError('cancelled', undefined, {}, { cause: error });
    throw error;
  }
}

function wrongType(name: string, contentType: string, accept: string): AppError {
  const [kind] = accept.split('/');
  const known = kind === 'image' || kind === 'video' || kind === 'audio';
  const wanted = known
    ? `${kind === 'video' ? 'a' : 'an'} ${kind === 'audio' ? 'audio file' : kind} (${accept})`
    : accept;
  return new AppError('invalid_file', `The file at ${name} is ${contentType}, not ${wanted}.`);
}
