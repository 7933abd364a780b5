import type { ModelCard } from '../../model-card.js';
import { VIDEO_TYPES } from '../ffmpeg/video-input.js';

export const card: ModelCard = {
  alias: 'video-to-gif',
  name: 'Video to GIF',
  category: 'video',
  task: 'video-to-gif',
  summary: 'Turns up to 15 seconds of a video into an animated GIF with its own colour palette.',
  description:
    'Cuts a clip from a video and writes it as an endlessly repeating GIF. The 256 colours are chosen for the clip, ' +
    'which looks far better than a fixed palette, but GIFs remain large and have no sound: a second at 480 pixels ' +
    'easily takes a megabyte. Never enlarges and never adds frames. Takes videos up to 4096×2160 pixels and 60 minutes.',
  inputSchema: {
    type: 'object',
    properties: {
      video: {
        type: 'string',
        format: 'uri',
        contentMediaType: 'video/*',
        description: `URL of the video: ${VIDEO_TYPES}.`,
      },
      startSeconds: {
        type: 'number',
        minimum: 0,
        maximum: 3600,
        default: 0,
        description: 'Where the clip starts.',
      },
      durationSeconds: {
        type: 'number',
        minimum: 0.2,
        maximum: 15,
        default: 5,
        description: 'Length of the clip. Shorter when the video ends before.',
      },
      width: {
        type: 'integer',
        minimum: 32,
        maximum: 800,
        default: 480,
        description: 'Width of the GIF in pixels, at most that of the video. The height follows.',
      },
      fps: {
        type: 'integer',
        minimum: 1,
        maximum: 25,
        default: 12,
        description:
          'Frames per second, at most those of the video. GIF counts time in hundredths of a second.',
      },
    },
    required: ['video'],
    additionalProperties: false,
  },
  outputSchema: {
    type: 'object',
    properties: {
      gif: { type: 'string', format: 'uri', contentMediaType: 'image/gif', description: 'URL of the GIF.' },
      durationSeconds: { type: 'number', description: 'Length of one round.' },
      frames: { type: 'integer' },
      width: { type: 'integer', description: 'Pixels.' },
      height: { type: 'integer', description: 'Pixels.' },
      bytes: { type: 'integer', description: 'Size of the file.' },
    },
    required: ['gif', 'durationSeconds', 'frames', 'width', 'height', 'bytes'],
    additionalProperties: false,
  },
  price: { unit: 'request', amountUsd: '0.0020' },
  examples: [
    {
      input: { video: 'asset:samples/astronaut-zoom-in.mp4', durationSeconds: 2, width: 240, fps: 8 },
      output: {
        gif: 'asset:local/video-to-gif/example.gif',
        durationSeconds: 2.01,
        frames: 16,
        width: 240,
        height: 135,
        bytes: 372916,
      },
    },
  ],
  typicalSeconds: 0.8,
  thumbnail: 'thumbnail.jpg',
};
