import type { ModelCard } from '../../model-card.js';

/** Largest input: every pixel is held with its transparency while the file is written. */
export const MAX_INPUT_PIXELS = 25_000_000;

export const card: ModelCard = {
  alias: 'remove-background',
  name: 'Remove background (people)',
  category: 'image',
  task: 'background-removal',
  summary: 'Cuts people out of a photo: a PNG with transparency, or a plain colour behind them.',
  description:
    'Cuts people out of a photo with MediaPipe Selfie Segmentation and gives a PNG with transparency, or with a plain ' +
    'colour behind the person. Made for PEOPLE: portraits, selfies and video-call pictures come out well. Animals, ' +
    'products and other things do not: parts go missing or background stays; personDetected tells whether an object ' +
    'detector saw a person at all, so look at the result when it is false. The mask is found at 256×256 pixels and ' +
    'fitted to the edges of the photo; single hairs, glass and small people in a crowd are not cut out cleanly. When ' +
    'nothing in the picture looks like a person, the run fails with a message that says so.',
  inputSchema: {
    type: 'object',
    properties: {
      image: {
        type: 'string',
        format: 'uri',
        contentMediaType: 'image/*',
        description:
          'URL of a photo with one or more people: JPEG, PNG, WebP, GIF (first frame), TIFF or AVIF, at most 25 megapixels.',
      },
      background: {
        type: 'string',
        pattern: '^(transparent|#[0-9a-fA-F]{6})$',
        default: 'transparent',
        description: 'What stands behind the person: transparent, or a colour as #RRGGBB.',
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
        contentMediaType: 'image/png',
        description: 'URL of the cut-out, as large as the upright input.',
      },
      personCoverage: {
        type: 'number',
        minimum: 0,
        maximum: 1,
        description: 'Share of the picture that was taken for a person.',
      },
      personDetected: {
        type: 'boolean',
        description: 'Whether an object detector saw a person too. When false, the cut-out is doubtful.',
      },
    },
    required: ['image', 'personCoverage', 'personDetected'],
    additionalProperties: false,
  },
  price: { unit: 'request', amountUsd: '0.0020' },
  examples: [
    {
      input: { image: 'asset:samples/astronaut.jpg' },
      output: {
        image: 'asset:local/remove-background/example.png',
        personCoverage: 0.546,
        personDetected: true,
      },
    },
  ],
  typicalSeconds: 0.4,
  thumbnail: 'thumbnail.jpg',
};
