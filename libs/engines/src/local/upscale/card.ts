import type { ModelCard } from '../../model-card.js';

/** Largest input: what the memory cap and the time limit carry, with room for a 4:3 photo of 12 megapixels. */
export const MAX_INPUT_PIXELS = 12_600_000;

export const card: ModelCard = {
  alias: 'upscale',
  name: 'Upscale ×2',
  category: 'image',
  task: 'image-super-resolution',
  summary: 'Doubles the width and height of a picture and redraws fine detail (ESRGAN).',
  description:
    'Doubles the width and height of a picture with a small ESRGAN network: edges and textures come out sharper ' +
    'than with ordinary (bicubic) enlargement. Works on photographs and drawings, keeps transparency and follows ' +
    'the EXIF orientation. The picture is worked on in tiles, so large ones take longer, not more memory: about ' +
    '3 to 5 seconds per input megapixel on two CPU cores. It cannot bring back what is not there: faces of a few pixels, ' +
    'unreadable text and strong blur or JPEG blocks stay what they are. Takes at most 12.6 megapixels (4096×3072).',
  inputSchema: {
    type: 'object',
    properties: {
      image: {
        type: 'string',
        format: 'uri',
        contentMediaType: 'image/*',
        description:
          'URL of the picture: JPEG, PNG, WebP, GIF (first frame), TIFF or AVIF, at most 12.6 megapixels.',
      },
      format: {
        type: 'string',
        enum: ['png', 'jpeg'],
        default: 'png',
        description:
          'File format of the result. png loses nothing and keeps transparency; jpeg is much smaller.',
      },
    },
    required: ['image'],
    additionalProperties: false,
  },
  outputSchema: {
    type: 'object',
    properties: {
      image: {
        type: 'string',
        format: 'uri',
        contentMediaType: 'image/*',
        description: 'URL of the enlarged picture.',
      },
      width: { type: 'integer', description: 'Width of the result in pixels: twice that of the input.' },
      height: { type: 'integer', description: 'Height of the result in pixels: twice that of the input.' },
    },
    required: ['image', 'width', 'height'],
    additionalProperties: false,
  },
  price: { unit: 'request', amountUsd: '0.0040' },
  examples: [
    {
      input: { image: 'asset:samples/chelsea.jpg', format: 'jpeg' },
      output: { image: 'asset:local/upscale/example.jpg', width: 902, height: 600 },
    },
  ],
  typicalSeconds: 0.7,
  thumbnail: 'thumbnail.jpg',
};
