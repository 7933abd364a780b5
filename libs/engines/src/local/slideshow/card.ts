import type { ModelCard } from '../../model-card.js';
import { FRAME_SIZES } from '../ffmpeg/frame-sizes.js';

/** Longest slideshow, in seconds. */
export const MAX_FILM_SECONDS = 120;

export const card: ModelCard = {
  alias: 'slideshow',
  name: 'Slideshow',
  category: 'video',
  task: 'images-to-video',
  summary: 'Joins 2 to 20 pictures into a video with cross-fades.',
  description:
    'Makes a silent H.264 video (MP4, 25 frames per second) from pictures, in the order given. Each picture is shown ' +
    'whole and for the same time; what it leaves of the frame is filled with a blurred copy of it or with black. The ' +
    'pictures themselves stand still: for camera movement within a picture use modelrunner/animate-image. No music, ' +
    `no captions. At most ${MAX_FILM_SECONDS} seconds and 50 megapixels per picture.`,
  inputSchema: {
    type: 'object',
    properties: {
      images: {
        type: 'array',
        items: { type: 'string', format: 'uri', contentMediaType: 'image/*' },
        minItems: 2,
        maxItems: 20,
        description:
          'URLs of the pictures in the order of the film: JPEG, PNG, WebP, GIF (first frame), TIFF or AVIF.',
      },
      secondsPerImage: {
        type: 'number',
        minimum: 0.5,
        maximum: 15,
        default: 3,
        description: `Time of each picture, half of the fades at its ends included. The whole film lasts this times the number of pictures, at most ${MAX_FILM_SECONDS} s.`,
      },
      fadeSeconds: {
        type: 'number',
        minimum: 0,
        maximum: 3,
        default: 0.8,
        description: 'Length of a cross-fade, cut to secondsPerImage when longer. 0 cuts hard.',
      },
      format: {
        type: 'string',
        enum: Object.keys(FRAME_SIZES),
        default: '16:9',
        description: 'Shape of the film: 16:9 is 1280×720, 9:16 is 720×1280, 1:1 is 960×960.',
      },
      background: {
        type: 'string',
        enum: ['blur', 'black'],
        default: 'blur',
        description: 'What fills the frame beside a picture of another shape.',
      },
    },
    required: ['images'],
    additionalProperties: false,
  },
  outputSchema: {
    type: 'object',
    properties: {
      video: {
        type: 'string',
        format: 'uri',
        contentMediaType: 'video/mp4',
        description: 'URL of the slideshow.',
      },
      durationSeconds: { type: 'number' },
      width: { type: 'integer', description: 'Pixels.' },
      height: { type: 'integer', description: 'Pixels.' },
      fps: { type: 'integer', description: 'Frames per second.' },
    },
    required: ['video', 'durationSeconds', 'width', 'height', 'fps'],
    additionalProperties: false,
  },
  price: { unit: 'request', amountUsd: '0.0040' },
  examples: [
    {
      input: {
        images: ['asset:samples/astronaut.jpg', 'asset:samples/chelsea.jpg', 'asset:samples/coffee.jpg'],
        secondsPerImage: 2,
        fadeSeconds: 0.6,
      },
      output: {
        video: 'asset:local/slideshow/example.mp4',
        durationSeconds: 6,
        width: 1280,
        height: 720,
        fps: 25,
      },
    },
  ],
  typicalSeconds: 2.5,
  thumbnail: 'thumbnail.jpg',
};
