import { type FileHandle, open } from 'node:fs/promises';

/** Written at once, so that a file is not thousands of small writes; twice this is in memory at most. */
const WRITE_BYTES = 1024 * 1024;
/** Sent to the disk while more comes in, so that the last wait, for all of it, is short. */
const SYNC_BYTES = 32 * 1024 * 1024;

/** Writes a new file. When it returns, a power cut cannot undo it. The caller removes what a failure leaves. */
export async function writeDurably(path: string, bytes: AsyncIterable<Uint8Array>): Promise<void> {
  const handle = await open(path, 'wx', 0o600);
  try {
    await writeAll(handle, bytes);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** One batch is written while the next is gathered. */
async function writeAll(handle: FileHandle, bytes: AsyncIterable<Uint8Array>): Promise<void> {
  let batch: Uint8Array[] = [];
  let [batched, unsynced] = [0, 0];
  let writing: Promise<unknown> = Promise.resolve();
  let syncing: Promise<unknown> = Promise.resolve();
  try {
    for await (const chunk of bytes) {
      batch.push(chunk);
      batched += chunk.length;
      if (batched < WRITE_BYTES) continue;
      await writing;
      writing = quietly(writeBatch(handle, batch));
      unsynced += batched;
      [batch, batched] = [[], 0];
      if (unsynced < SYNC_BYTES) continue;
      await syncing;
      syncing = quietly(handle.datasync());
      unsynced = 0;
    }
    await writing;
    await writeBatch(handle, batch);
    await syncing;
  } finally {
    // Nothing may be under way when the file is closed.
    await Promise.allSettled([writing, syncing]);
  }
}

/** A short count is no error of `writev`: a disk that is nearly full takes a part, and the next call says why. */
async function writeBatch(handle: FileHandle, batch: Uint8Array[]): Promise<void> {
  for (let rest = batch; rest.length > 0;) {
    const { bytesWritten } = await handle.writev(rest);
    rest = remaining(rest, bytesWritten);
  }
}

function remaining(batch: Uint8Array[], written: number): Uint8Array[] {
  let offset = written;
  const rest: Uint8Array[] = [];
  for (const chunk of batch) {
    if (offset < chunk.length) rest.push(chunk.subarray(offset));
    offset = Math.max(0, offset - chunk.length);
  }
  return rest;
}

/** Its failure is seen at the next `await`; until then it must not count as unhandled. */
function quietly<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => undefined);
  return promise;
}
