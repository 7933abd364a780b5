import { OnnxGraph } from './onnx-graph.mjs';
import { readTfjsModel, transpose } from './tfjs-weights.mjs';

const NHWC_TO_NCHW = [0, 3, 1, 2];
const HWIO_TO_OIHW = [3, 2, 0, 1];
/** Depthwise: [h, w, channels, multiplier] to [channels, multiplier, h, w], whose first two axes are then one. */
const HWIM_TO_IMHW = [2, 3, 0, 1];
/** Transposed: [h, w, out, in] to [in, out, h, w]. */
const HWOI_TO_IOHW = [3, 2, 0, 1];

const baseName = (input) => input.replace(/:0$/, '');
const text = (value) => Buffer.from(value, 'base64').toString();
const numbers = (attribute) => (attribute?.list?.i ?? []).map(Number);

/** Translates the part of a TensorFlow.js graph model that the named outputs need. */
export function convertGraphModel(modelJson, outputs, description) {
  const translator = new GraphTranslator(readTfjsModel(modelJson));
  for (const name of outputs) {
    translator.visit(name);
    translator.graph.output(name);
  }
  return translator.graph.encode(description);
}

class GraphTranslator {
  graph = new OnnxGraph();
  #weights;
  #nodes;
  #done = new Set();

  constructor({ topology, weights }) {
    this.#weights = weights;
    this.#nodes = new Map(topology.node.map((node) => [node.name, node]));
  }

  /** Adds a node after everything it reads. */
  visit(name) {
    if (this.#done.has(name) || this.#weights.has(name)) return;
    this.#done.add(name);
    const node = this.#nodes.get(name);
    const inputs = (node.input ?? []).filter((input) => !input.startsWith('^')).map(baseName);
    for (const input of inputs) this.visit(input);
    this.#translate(node, inputs);
  }

  #translate({ name, op, attr = {} }, inputs) {
    switch (op) {
      case 'Placeholder': {
        const [, height, width, channels] = attr.shape.shape.dim.map((dim) => Number(dim.size));
        return this.graph.input(name, [1, channels, height, width]);
      }
      case 'Conv2D':
      case '_FusedConv2D':
      case 'DepthwiseConv2dNative':
      case 'FusedDepthwiseConv2dNative':
        return this.#convolution(name, op.includes('Depthwise'), attr, inputs);
      case 'Conv2DBackpropInput':
        return this.#transposedConvolution(name, attr, inputs);
      case 'Add':
      case 'AddV2':
        return this.#elementwise('Add', name, inputs);
      case 'AddN':
        return this.#elementwise('Sum', name, inputs);
      case 'Mul':
        return this.#elementwise('Mul', name, inputs);
      case 'Relu':
      case 'Relu6':
        return this.#activation(op, inputs[0], name);
      case 'Sigmoid':
      case 'Identity':
        return this.graph.node(op, inputs, name);
      case 'AvgPool':
        return this.#pool('AveragePool', name, attr, inputs);
      case 'MaxPool':
        return this.#pool('MaxPool', name, attr, inputs);
      case 'Mean':
        return this.#spatialMean(name, attr, inputs);
      case 'ResizeBilinear':
        return this.#resize(name, attr, inputs);
      case 'ConcatV2':
        return this.#concat(name, inputs);
      default:
        throw new Error(`The node ${name} is a ${op}, which is not known here`);
    }
  }

  #convolution(name, depthwise, attr, [input, kernelName, biasName]) {
    const kernel = this.#weights.get(kernelName);
    const [height, width, inChannels, last] = kernel.shape;
    const dims = depthwise ? [inChannels * last, 1, height, width] : [last, inChannels, height, width];
    const axes = depthwise ? HWIM_TO_IMHW : HWIO_TO_OIHW;
    const fused = (attr.fused_ops?.list?.s ?? []).map(text);
    const tensors = [
      input,
      this.graph.weight(`${name}/kernel`, dims, transpose(kernel.data, kernel.shape, axes)),
    ];
    if (fused[0] === 'BiasAdd') {
      tensors.push(this.graph.weight(`${name}/bias`, [dims[0]], this.#weights.get(biasName).data));
    }
    const activation = fused.find((step) => step !== 'BiasAdd');
    const dilations = numbers(attr.dilations);
    const output = this.graph.node('Conv', tensors, activation ? `${name}/linear` : name, {
      kernel_shape: [height, width],
      strides: numbers(attr.strides).slice(1, 3),
      dilations: dilations.length ? dilations.slice(1, 3) : [1, 1],
      group: depthwise ? inChannels : 1,
      auto_pad: padding(attr),
    });
    if (activation) this.#activation(activation, output, name);
  }

  #transposedConvolution(name, attr, [, kernelName, input]) {
    const kernel = this.#weights.get(kernelName);
    const [height, width, outChannels, inChannels] = kernel.shape;
    const data = transpose(kernel.data, kernel.shape, HWOI_TO_IOHW);
    const weight = this.graph.weight(`${name}/kernel`, [inChannels, outChannels, height, width], data);
    this.graph.node('ConvTranspose', [input, weight], name, {
      kernel_shape: [height, width],
      strides: numbers(attr.strides).slice(1, 3),
      auto_pad: padding(attr),
    });
  }

  #activation(kind, input, output) {
    if (kind === 'Relu') return this.graph.node('Relu', [input], output);
    if (kind !== 'Relu6') throw new Error(`The activation ${kind} is not known here`);
    const low = this.graph.weight(`${output}/low`, [], Float32Array.of(0));
    const high = this.graph.weight(`${output}/high`, [], Float32Array.of(6));
    return this.graph.node('Clip', [input, low, high], output);
  }

  #elementwise(op, name, inputs) {
    this.graph.node(
      op,
      inputs.map((input) => this.#broadcastable(input)),
      name,
    );
  }

  /** The name under which a weight can be combined with an NCHW tensor; other tensors keep their name. */
  #broadcastable(name) {
    const weight = this.#weights.get(name);
    if (!weight) return name;
    const target = `${name}/nchw`;
    if (this.#done.has(target)) return target;
    this.#done.add(target);
    const { shape, data } = weight;
    if (shape.length === 0) return this.graph.weight(target, [], data);
    if (shape.length === 1) return this.graph.weight(target, [1, shape[0], 1, 1], data);
    const dims = NHWC_TO_NCHW.map((axis) => shape[axis]);
    return this.graph.weight(target, dims, transpose(data, shape, NHWC_TO_NCHW));
  }

  #pool(op, name, attr, inputs) {
    this.graph.node(op, inputs, name, {
      kernel_shape: numbers(attr.ksize).slice(1, 3),
      strides: numbers(attr.strides).slice(1, 3),
      auto_pad: padding(attr),
    });
  }

  #spatialMean(name, attr, [input, axesName]) {
    const axes = [...this.#weights.get(axesName).data];
    if (axes.join() !== '1,2') throw new Error(`${name}: a mean over the axes ${axes}`);
    this.graph.node('ReduceMean', [input], name, { axes: [2, 3], keepdims: attr.keep_dims?.b ? 1 : 0 });
  }

  #resize(name, attr, [input, sizeName]) {
    // Resize wants all four sizes; batch and channels are read off the input.
    const shape = this.graph.node('Shape', [input], `${name}/shape`);
    const from = this.graph.integers(`${name}/from`, [0]);
    const to = this.graph.integers(`${name}/to`, [2]);
    const head = this.graph.node('Slice', [shape, from, to], `${name}/batch_and_channels`);
    const tail = this.graph.integers(`${name}/size`, [...this.#weights.get(sizeName).data]);
    const sizes = this.graph.node('Concat', [head, tail], `${name}/sizes`, { axis: 0 });
    let coordinates = 'asymmetric';
    if (attr.align_corners?.b) coordinates = 'align_corners';
    else if (attr.half_pixel_centers?.b) coordinates = 'half_pixel';
    this.graph.node('Resize', [input, '', '', sizes], name, {
      mode: 'linear',
      coordinate_transformation_mode: coordinates,
    });
  }

  #concat(name, inputs) {
    const [axis] = this.#weights.get(inputs.at(-1)).data;
    if (axis !== 3 && axis !== -1) throw new Error(`${name}: a concatenation along the axis ${axis}`);
    this.graph.node('Concat', inputs.slice(0, -1), name, { axis: 1 });
  }
}

function padding(attr) {
  return text(attr.padding.s) === 'SAME' ? 'SAME_UPPER' : 'VALID';
}
