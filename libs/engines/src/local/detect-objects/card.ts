import type { ModelCard } from '../../model-card.js';

export const card: ModelCard = {
  alias: 'detect-objects',
  name: 'Detect objects',
  category: 'image',
  task: 'object-detection',
  summary: 'Finds 80 kinds of everyday things in a picture: labels, scores, boxes, and a drawn overlay.',
  description:
    'Finds people, animals, vehicles, furniture, food and other everyday things, the 80 classes of the COCO data set, ' +
    'with CenterNet on MobileNet v3. Gives each with its label, a score from 0 to 1 and a box in pixels of the upright ' +
    'picture, and a copy of the picture (at most 1600 px long) with the boxes drawn in. It is a small, fast model ' +
    'that looks at 512×512 pixels: large, clear objects are found well; small, hidden or crowded ones are often ' +
    'missed, and similar things are mixed up (a cat for a dog, a bowl for a cup). Scores are modest: 0.5 is a good one. ' +
    'Do not use it where safety depends on it, nor to recognise who a person is.',
  inputSchema: {
    type: 'object',
    properties: {
      image: {
        type: 'string',
        format: 'uri',
        contentMediaType: 'image/*',
        description:
          'URL of the picture: JPEG, PNG, WebP, GIF (first frame), TIFF or AVIF, at most 50 megapixels.',
      },
      threshold: {
        type: 'number',
        minimum: 0.1,
        maximum: 0.95,
        default: 0.35,
        description: 'Least score of an object, 0 to 1. Lower finds more, and more that is wrong.',
      },
      maxObjects: {
        type: 'integer',
        minimum: 1,
        maximum: 100,
        default: 20,
        description: 'Most objects to give, best scored first.',
      },
    },
    required: ['image'],
    additionalProperties: false,
  },
  outputSchema: {
    type: 'object',
    properties: {
      objects: {
        type: 'array',
        description: 'What was found, best scored first. Empty when nothing was.',
        items: {
          type: 'object',
          properties: {
            label: { type: 'string', description: 'One of the 80 COCO classes, such as person, dog or cup.' },
            score: { type: 'number', minimum: 0, maximum: 1 },
            box: {
              type: 'object',
              description: 'In pixels of the upright picture, from its top left corner.',
              properties: {
                x: { type: 'integer' },
                y: { type: 'integer' },
                width: { type: 'integer' },
                height: { type: 'integer' },
              },
              required: ['x', 'y', 'width', 'height'],
              additionalProperties: false,
            },
          },
          required: ['label', 'score', 'box'],
          additionalProperties: false,
        },
      },
      width: { type: 'integer', description: 'Width of the upright picture in pixels.' },
      height: { type: 'integer', description: 'Height of the upright picture in pixels.' },
      overlay: {
        type: 'string',
        format: 'uri',
        contentMediaType: 'image/jpeg',
        description: 'URL of the picture with the boxes drawn in.',
      },
    },
    required: ['objects', 'width', 'height', 'overlay'],
    additionalProperties: false,
  },
  price: { unit: 'request', amountUsd: '0.0010' },
  examples: [
    {
      input: { image: 'asset:samples/coffee.jpg' },
      output: {
        objects: [{ label: 'cup', score: 0.583, box: { x: 170, y: 16, width: 245, height: 252 } }],
        width: 600,
        height: 400,
        overlay: 'asset:local/detect-objects/example.jpg',
      },
    },
  ],
  typicalSeconds: 0.2,
  thumbnail: 'thumbnail.jpg',
};
