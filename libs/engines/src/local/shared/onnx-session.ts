import { setImmediate } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { InferenceSession, type Session, type SessionOptions, Tensor } from 'onnxruntime-node';

/** Float tensors by name. */
export type Tensors = Record<string, { data: Float32Array; dims: readonly number[] }>;

/** Threads of one session. Engine processes share the machine with everything else, so not all cores. */
const THREADS = 2;

/**
 * How every model is loaded. Without the CPU memory arena, because the arena never gives memory back: a single large
 * input would hold its peak for as long as the process lives.
 */
export const SESSION_OPTIONS = {
  enableCpuMemArena: false,
  intraOpNumThreads: THREADS,
  interOpNumThreads: 1,
  logSeverityLevel: 3,
} satisfies SessionOptions;

/** One loaded ONNX model with one input. */
export class OnnxSession {
  private constructor(private readonly session: Session) {}

  static async load(file: URL): Promise<OnnxSession> {
    const session = await InferenceSession.create(fileURLToPath(file), SESSION_OPTIONS);
    return new OnnxSession(session);
  }

  /** Runs the model on its only input. All outputs must be float tensors. */
  async run(data: Float32Array, dims: readonly number[]): Promise<Tensors> {
    // The native call blocks the thread; a turn of the event loop before it lets an abort come through.
    await setImmediate();
    const [input] = this.session.inputNames;
    if (input === undefined) throw new Error('The model has no input.');
    const results = await this.session.run({ [input]: new Tensor('float32', data, dims) });
    const tensors: Tensors = {};
    for (const [name, tensor] of Object.entries(results)) {
      if (!(tensor.data instanceof Float32Array)) throw new Error(`The output ${name} holds no floats.`);
      tensors[name] = { data: tensor.data, dims: tensor.dims };
    }
    return tensors;
  }

  release(): Promise<void> {
    return this.session.release();
  }
}
