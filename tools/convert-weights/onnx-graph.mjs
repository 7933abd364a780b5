import { fileURLToPath } from 'node:url';
import protobuf from 'protobufjs';

const IR_VERSION = 8;
const OPSET = 13;
const FLOAT = 1;
const INT64 = 7;
const FLOAT16 = 10;

const proto = protobuf.loadSync(fileURLToPath(new URL('./onnx.proto', import.meta.url)));
const ModelProto = proto.lookupType('onnx.ModelProto');

/** An ONNX attribute from a plain value: a whole number, a list of them, or a string. */
function attribute(name, value) {
  if (typeof value === 'string') return { name, type: 3, s: Buffer.from(value) };
  if (Array.isArray(value)) return { name, type: 7, ints: value };
  return { name, type: 2, i: value };
}

const bytes = (array) => Buffer.from(array.buffer, array.byteOffset, array.byteLength);

function valueInfo(name, dims) {
  const dim = dims?.map((size) => (typeof size === 'string' ? { dimParam: size } : { dimValue: size }));
  return { name, type: { tensorType: { elemType: FLOAT, ...(dim && { shape: { dim } }) } } };
}

/** Collects nodes and weights of one graph and encodes them as an ONNX model. */
export class OnnxGraph {
  #nodes = [];
  #initializers = [];
  #inputs = [];
  #outputs = [];

  input(name, dims) {
    this.#inputs.push(valueInfo(name, dims));
  }

  output(name, dims) {
    this.#outputs.push(valueInfo(name, dims));
  }

  /** @returns the name of the node's only output */
  node(opType, input, output, attributes = {}) {
    const attributeList = Object.entries(attributes).map(([name, value]) => attribute(name, value));
    this.#nodes.push({ opType, name: output, input, output: [output], attribute: attributeList });
    return output;
  }

  /** A weight. Half floats, given as a Uint16Array, are stored as they are and cast by the loader. */
  weight(name, dims, data) {
    if (data instanceof Uint16Array) {
      this.#initializers.push({ name: `${name}/f16`, dims, dataType: FLOAT16, rawData: bytes(data) });
      return this.node('Cast', [`${name}/f16`], name, { to: FLOAT });
    }
    const dataType = data instanceof BigInt64Array ? INT64 : FLOAT;
    this.#initializers.push({ name, dims, dataType, rawData: bytes(data) });
    return name;
  }

  integers(name, values) {
    return this.weight(name, [values.length], BigInt64Array.from(values, BigInt));
  }

  encode(description) {
    return ModelProto.encode({
      irVersion: IR_VERSION,
      producerName: 'modelrunner convert-weights',
      docString: description,
      graph: {
        name: 'model',
        node: this.#nodes,
        initializer: this.#initializers,
        input: this.#inputs,
        output: this.#outputs,
      },
      opsetImport: [{ domain: '', version: OPSET }],
    }).finish();
  }
}
