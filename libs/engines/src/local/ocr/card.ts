import type { ModelCard } from '../../model-card.js';

/** Largest input: the recogniser holds the whole picture several times over. */
export const MAX_INPUT_PIXELS = 25_000_000;

export const card: ModelCard = {
  alias: 'ocr',
  name: 'Read text (OCR)',
  category: 'utility',
  task: 'optical-character-recognition',
  summary: 'Reads printed text from a picture: the text, and each line with its place and confidence.',
  description:
    'Finds and reads printed text in photos, scans and screenshots with PP-OCRv4 (mobile), whose dictionary covers ' +
    'Chinese, English, digits and common symbols; other Latin languages are read without their accents. Gives the ' +
    'whole text in reading order and every line with its box and a confidence. Clean print is read nearly without ' +
    'fault (now and then a space is lost); shadows, strong slants, handwriting, very small print and text of many ' +
    'columns cost accuracy. Text that is turned by more than a few degrees should be turned upright first. A few lines take about a second, a full page of print 5 to 20.',
  inputSchema: {
    type: 'object',
    properties: {
      image: {
        type: 'string',
        format: 'uri',
        contentMediaType: 'image/*',
        description:
          'URL of the picture: JPEG, PNG, WebP, GIF (first frame), TIFF or AVIF, at most 25 megapixels.',
      },
      minConfidence: {
        type: 'number',
        minimum: 0,
        maximum: 1,
        default: 0.5,
        description: 'Lines that the model is less sure of are left out, 0 to 1.',
      },
    },
    required: ['image'],
    additionalProperties: false,
  },
  outputSchema: {
    type: 'object',
    properties: {
      text: {
        type: 'string',
        description: 'All lines in reading order, one a line. Empty when there is no text.',
      },
      lines: {
        type: 'array',
        items: {
          type: 'object',
          properties: {
            text: { type: 'string' },
            confidence: { type: 'number', minimum: 0, maximum: 1 },
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
          required: ['text', 'confidence', 'box'],
          additionalProperties: false,
        },
      },
    },
    required: ['text', 'lines'],
    additionalProperties: false,
  },
  price: { unit: 'request', amountUsd: '0.0010' },
  examples: [
    {
      input: { image: 'asset:samples/printed-text.png' },
      output: {
        text: 'Invoice No. 2026-0417\nTotal due: $1,284.50 by 30 June\nThe quick brown fox jumps over the lazy dog.\nsupport@example.com',
        lines: [
          { text: 'Invoice No. 2026-0417', confidence: 0.965, box: { x: 31, y: 40, width: 451, height: 38 } },
          {
            text: 'Total due: $1,284.50 by 30 June',
            confidence: 0.987,
            box: { x: 30, y: 113, width: 517, height: 40 },
          },
          {
            text: 'The quick brown fox jumps over the lazy dog.',
            confidence: 0.999,
            box: { x: 29, y: 177, width: 557, height: 38 },
          },
          { text: 'support@example.com', confidence: 1, box: { x: 29, y: 227, width: 281, height: 38 } },
        ],
      },
    },
  ],
  typicalSeconds: 1,
  thumbnail: 'thumbnail.jpg',
};
