import type { WrapperDefinition } from '#libs/catalog';

/** remove-background, with the backgrounds that people ask for by name. */
export const portraitCutout: WrapperDefinition = {
  alias: 'portrait-cutout',
  name: 'Portrait cut-out',
  category: 'image',
  task: 'background-removal',
  summary: 'Puts the person of a photo on a studio backdrop: white, grey, black, blue, green or transparent.',
  description:
    'Cuts the person or people out of a photo and puts a plain studio backdrop behind them: white for a CV, blue or ' +
    'grey for a badge, green for further editing, or none at all. Runs on modelrunner/remove-background, which knows ' +
    'PEOPLE only: products, animals and landscapes do not come out right.',
  thumbnailUrl: 'asset:samples/outputs/portrait-cutout.thumbnail.jpg',
  examples: [
    {
      input: { photo: 'asset:samples/astronaut.jpg', backdrop: 'blue' },
      output: {
        image: 'asset:samples/outputs/portrait-cutout.png',
        personCoverage: 0.546,
        personDetected: true,
      },
    },
  ],
  inputSchema: {
    type: 'object',
    properties: {
      photo: {
        type: 'string',
        format: 'uri',
        contentMediaType: 'image/*',
        description:
          'URL of a photo with one or more people: JPEG, PNG, WebP, GIF (first frame), TIFF or AVIF.',
      },
      backdrop: {
        type: 'string',
        enum: ['white', 'grey', 'black', 'blue', 'green', 'transparent'],
        default: 'white',
        description: 'What stands behind the person.',
      },
    },
    required: ['photo'],
    additionalProperties: false,
  },
  baseModels: [
    {
      model: 'modelrunner/remove-background',
      promptField: null,
      fieldMappings: {
        presets: {
          backdrop: {
            white: { background: '#FFFFFF' },
            grey: { background: '#C8CCD0' },
            black: { background: '#101010' },
            blue: { background: '#3B6FB6' },
            green: { background: '#00B140' },
            transparent: { background: 'transparent' },
          },
        },
        renames: { photo: 'image' },
      },
    },
  ],
};
