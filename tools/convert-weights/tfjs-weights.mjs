import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

const count = (shape) => shape.reduce((product, size) => product * size, 1);

/**
 * Reads `model.json` and its shards.
 * @returns {{ topology: object, weights: Map<string, { shape: number[], data: Float32Array|Uint16Array|Int32Array }> }}
 *   Half floats come as a Uint16Array of their bits.
 */
export function readTfjsModel(modelJson) {
  const model = JSON.parse(readFileSync(modelJson, 'utf8'));
  const shards = model.weightsManifest.flatMap((group) => group.paths);
  const buffer = Buffer.concat(shards.map((shard) => readFileSync(join(dirname(modelJson), shard))));
  const weights = new Map();
  let offset = 0;
  for (const spec of model.weightsManifest.flatMap((group) => group.weights)) {
    const ArrayType = arrayType(spec);
    const length = count(spec.shape) * ArrayType.BYTES_PER_ELEMENT;
    // A copy, because the shards do not align their weights.
    const data = new ArrayType(Uint8Array.from(buffer.subarray(offset, offset + length)).buffer);
    weights.set(spec.name, { shape: spec.shape, data });
    offset += length;
  }
  if (offset !== buffer.length)
    throw new Error(`${modelJson}: ${buffer.length - offset} bytes are left over`);
  return { topology: model.modelTopology, weights };
}

function arrayType({ name, dtype, quantization }) {
  if (dtype === 'float32' && !quantization) return Float32Array;
  if (dtype === 'float32' && quantization.dtype === 'float16') return Uint16Array;
  if (dtype === 'int32' && !quantization) return Int32Array;
  throw new Error(`${name}: ${dtype} stored as ${quantization?.dtype} is not known here`);
}

/**
 * Reorders the axes of a four-dimensional array: `axes[i]` is the source axis that becomes axis `i`.
 * @returns an array of the same type
 */
export function transpose(data, shape, axes) {
  const strides = shape.map((_, axis) => count(shape.slice(axis + 1)));
  const [a, b, c, d] = axes.map((axis) => strides[axis]);
  const [sizeA, sizeB, sizeC, sizeD] = axes.map((axis) => shape[axis]);
  const result = new data.constructor(data.length);
  let at = 0;
  for (let i = 0; i < sizeA; i++)
    for (let j = 0; j < sizeB; j++)
      for (let k = 0; k < sizeC; k++)
        for (let l = 0; l < sizeD; l++) result[at++] = data[i * a + j * b + k * c + l * d];
  return result;
}
