import { TestEnvironment } from 'jest-environment-node';

/**
 * For tests that run onnxruntime in the test's own process: it compares classes of arrays by identity, and Jest's
 * sandbox has classes of its own.
 */
export default class NativeEnvironment extends TestEnvironment {
  constructor(config, context) {
    super(config, context);
    Object.assign(this.global, { Float32Array, BigInt64Array, Int32Array, Uint8Array });
  }
}
