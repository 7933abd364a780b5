import type { WrapperDefinition } from '#libs/catalog';

const picture = { type: 'string', format: 'uri', contentMediaType: 'image/*' };

/** slideshow, told in terms of a story: an opening, photos, an ending, a pace. */
export const photoStory: WrapperDefinition = {
  alias: 'photo-story',
  name: 'Photo story',
  category: 'video',
  task: 'images-to-video',
  summary: 'Makes a film with cross-fades from your photos, at a calm, lively or quick pace.',
  description:
    'Turns photos into a short film: in your order, with cross-fades, for a wide screen, a phone or a square post. A ' +
    'title picture can stand before the photos and another one after them. The pace sets how long each photo stays ' +
    'and how long it fades. Runs on modelrunner/slideshow: the film is silent and the photos themselves do not move.',
  thumbnailUrl: 'asset:samples/outputs/photo-story.thumbnail.jpg',
  examples: [
    {
      input: {
        photos: ['asset:samples/coffee.jpg', 'asset:samples/chelsea.jpg', 'asset:samples/astronaut.jpg'],
        pace: 'quick',
      },
      output: {
        video: 'asset:samples/outputs/photo-story.mp4',
        durationSeconds: 3.6,
        width: 1280,
        height: 720,
        fps: 25,
      },
    },
  ],
  inputSchema: {
    type: 'object',
    properties: {
      photos: {
        type: 'array',
        items: picture,
        minItems: 2,
        maxItems: 18,
        description: 'URLs of the photos in the order of the story: JPEG, PNG, WebP, GIF, TIFF or AVIF.',
      },
      opening: { ...picture, description: 'URL of a picture to begin with, such as a title.' },
      ending: { ...picture, description: 'URL of a picture to end with.' },
      pace: {
        type: 'string',
        enum: ['calm', 'lively', 'quick'],
        default: 'lively',
        description: 'calm: 5 seconds a photo with long fades. lively: 3 seconds. quick: 1.2 seconds.',
      },
      screen: {
        type: 'string',
        enum: ['wide', 'phone', 'square'],
        default: 'wide',
        description: 'wide: 16:9. phone: 9:16. square: 1:1.',
      },
    },
    required: ['photos'],
    additionalProperties: false,
  },
  baseModels: [
    {
      model: 'modelrunner/slideshow',
      promptField: null,
      fieldMappings: {
        collectFields: { images: ['opening', 'photos', 'ending'] },
        staticValues: { background: 'blur' },
        presets: {
          pace: {
            calm: { secondsPerImage: 5, fadeSeconds: 1.5 },
            lively: { secondsPerImage: 3, fadeSeconds: 0.8 },
            quick: { secondsPerImage: 1.2, fadeSeconds: 0.3 },
          },
          screen: { wide: { format: '16:9' }, phone: { format: '9:16' }, square: { format: '1:1' } },
        },
      },
    },
  ],
};
