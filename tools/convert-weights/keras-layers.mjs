import { OnnxGraph } from './onnx-graph.mjs';
import { readTfjsModel, transpose } from './tfjs-weights.mjs';

const HWIO_TO_OIHW = [3, 2, 0, 1];

/** Translates a Keras layers model of convolutions, as super-resolution networks are, with any picture size. */
export function convertKerasLayers(modelJson, description) {
  const { topology, weights } = readTfjsModel(modelJson);
  const { layers, output_layers: outputLayers } = topology.model_config.config;
  const graph = new OnnxGraph();
  for (const layer of layers) {
    const inputs = (layer.inbound_nodes[0] ?? []).map(([name]) => name);
    addLayer(graph, weights, layer, inputs);
  }
  graph.output(outputLayers[0][0], [1, 3, 'output_height', 'output_width']);
  return graph.encode(description);
}

function addLayer(graph, weights, { class_name: type, name, config }, inputs) {
  if (type === 'InputLayer') return graph.input(name, [1, 3, 'height', 'width']);
  if (type === 'Conv2D') return addConvolution(graph, weights, name, config, inputs);
  if (type === 'Activation') return graph.node(activationOf(config), inputs, name);
  if (type === 'Concatenate') return graph.node('Concat', inputs, name, { axis: 1 });
  if (type === 'Add') return graph.node(inputs.length === 2 ? 'Add' : 'Sum', inputs, name);
  if (type === 'MultiplyBeta') {
    const beta = graph.weight(`${name}/beta`, [1], Float32Array.of(config.beta));
    return graph.node('Mul', [...inputs, beta], name);
  }
  if (type === 'UpSampling2D') return addNearestUpsampling(graph, name, config, inputs);
  throw new Error(`The layer ${name} is a ${type}, which is not known here`);
}

function addConvolution(graph, weights, name, config, inputs) {
  const kernel = weights.get(`${name}/kernel`);
  const [height, width, inChannels, outChannels] = kernel.shape;
  const tensors = [
    ...inputs,
    graph.weight(
      `${name}/kernel`,
      [outChannels, inChannels, height, width],
      transpose(kernel.data, kernel.shape, HWIO_TO_OIHW),
    ),
  ];
  const bias = weights.get(`${name}/bias`);
  if (bias) tensors.push(graph.weight(`${name}/bias`, [outChannels], bias.data));
  const linear = config.activation === 'linear';
  const output = graph.node('Conv', tensors, linear ? name : `${name}/linear`, {
    kernel_shape: [height, width],
    strides: config.strides,
    dilations: config.dilation_rate,
    auto_pad: config.padding === 'same' ? 'SAME_UPPER' : 'VALID',
  });
  if (!linear) graph.node(activationOf(config), [output], name);
}

function addNearestUpsampling(graph, name, config, [input]) {
  if (config.interpolation !== 'nearest') throw new Error(`${name}: interpolation ${config.interpolation}`);
  const scales = graph.weight(`${name}/scales`, [4], Float32Array.of(1, 1, ...config.size));
  graph.node('Resize', [input, '', scales], name, {
    mode: 'nearest',
    nearest_mode: 'floor',
    coordinate_transformation_mode: 'asymmetric',
  });
}

function activationOf({ activation }) {
  if (activation === 'relu') return 'Relu';
  throw new Error(`The activation ${activation} is not known here`);
}
