import { type FileHandle, open } from 'node:fs/promises';

/** 16-bit mono sound. */
export interface Sound {
  sampleRate: number;
  /** Little-endian 16-bit samples. */
  samples: Uint8Array;
}

const HEADER_BYTES = 44;
const BYTES_PER_SAMPLE = 2;

/** Reads a RIFF WAVE file of 16-bit mono PCM. */
export function parseWav(file: Uint8Array): Sound {
  const bytes = Buffer.from(file.buffer, file.byteOffset, file.byteLength);
  if (bytes.toString('latin1', 0, 4) !== 'RIFF' || bytes.toString('latin1', 8, 12) !== 'WAVE')
    throw new Error('Not a WAV file.');
  let sampleRate = 0;
  for (let at = 12; at + 8 <= bytes.length;) {
    const name = bytes.toString('latin1', at, at + 4);
    const size = bytes.readUInt32LE(at + 4);
    const start = at + 8;
    if (name === 'fmt ') {
      const [format, channels, bits] = [
        bytes.readUInt16LE(start),
        bytes.readUInt16LE(start + 2),
        bytes.readUInt16LE(start + 14),
      ];
      if (format !== 1 || channels !== 1 || bits !== 16) throw new Error('Not 16-bit mono PCM.');
      sampleRate = bytes.readUInt32LE(start + 4);
    }
    if (name === 'data') return { sampleRate, samples: bytes.subarray(start, start + size) };
    // Chunks are padded to even sizes.
    at = start + size + (size % 2);
  }
  throw new Error('The WAV file has no data.');
}

/** Writes a WAV file piece by piece, so that a long speech is never whole in memory. */
export class WavWriter {
  #sampleRate = 0;
  #dataBytes = 0;

  private constructor(private readonly file: FileHandle) {}

  static async create(path: string): Promise<WavWriter> {
    return new WavWriter(await open(path, 'w'));
  }

  get sampleRate(): number {
    return this.#sampleRate;
  }

  get durationSeconds(): number {
    return this.#sampleRate === 0 ? 0 : this.#dataBytes / BYTES_PER_SAMPLE / this.#sampleRate;
  }

  /** All pieces must have the same sample rate. */
  async append(sound: Sound): Promise<void> {
    if (this.#sampleRate !== 0 && this.#sampleRate !== sound.sampleRate)
      throw new Error('The sample rate changed.');
    this.#sampleRate = sound.sampleRate;
    await this.file.write(sound.samples, 0, sound.samples.length, HEADER_BYTES + this.#dataBytes);
    this.#dataBytes += sound.samples.length;
  }

  /** Completes the header and closes the file. Must be called whatever happened. */
  async close(): Promise<void> {
    try {
      await this.file.write(this.#header(), 0, HEADER_BYTES, 0);
    } finally {
      await this.file.close();
    }
  }

  #header(): Buffer {
    const header = Buffer.alloc(HEADER_BYTES);
    header.write('RIFF', 0, 'latin1');
    header.writeUInt32LE(HEADER_BYTES - 8 + this.#dataBytes, 4);
    header.write('WAVEfmt ', 8, 'latin1');
    header.writeUInt32LE(16, 16);
    header.writeUInt16LE(1, 20);
    header.writeUInt16LE(1, 22);
    header.writeUInt32LE(this.#sampleRate, 24);
    header.writeUInt32LE(this.#sampleRate * BYTES_PER_SAMPLE, 28);
    header.writeUInt16LE(BYTES_PER_SAMPLE, 32);
    header.writeUInt16LE(BYTES_PER_SAMPLE * 8, 34);
    header.write('data', 36, 'latin1');
    header.writeUInt32LE(this.#dataBytes, 40);
    return header;
  }
}
