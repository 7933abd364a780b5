import type { ModelCard } from '../../model-card.js';
import { VIDEO_TYPES } from '../ffmpeg/video-input.js';

export const card: ModelCard = {
  alias: 'video-thumbnail',
  name: 'Video thumbnail',
  category: 'video',
  task: 'video-to-image',
  summary: 'Takes one picture out of a video: at a given second, or the one that represents it best.',
  description:
    'Takes one frame of a video as JPEG or PNG. Without a second it compares up to 100 frames of the first ten ' +
    'minutes and takes the one whose colours are nearest to their average, which avoids fades, flashes and black ' +
    'frames; it does not know what is beautiful or who is in the picture. Follows the rotation mark of phone videos ' +
    'and never enlarges. Takes videos up to 4096×2160 pixels and 60 minutes.',
  inputSchema: {
    type: 'object',
    properties: {
      video: {
        type: 'string',
        format: 'uri',
        contentMediaType: 'video/*',
        description: `URL of the video: ${VIDEO_TYPES}.`,
      },
      second: {
        type: 'number',
        minimum: 0,
        maximum: 3600,
        description:
          'When the picture is shown in the video. Leave it out to get the most representative one.',
      },
      width: {
        type: 'integer',
        minimum: 16,
        maximum: 4096,
        default: 640,
        description: 'Width of the picture in pixels, at most that of the video. The height follows.',
      },
      format: {
        type: 'string',
        enum: ['jpeg', 'png'],
        default: 'jpeg',
        description: 'File format of the picture.',
      },
    },
    required: ['video'],
    additionalProperties: false,
  },
  outputSchema: {
    type: 'object',
    properties: {
      image: {
        type: 'string',
        format: 'uri',
        contentMediaType: 'image/*',
        description: 'URL of the picture.',
      },
      second: { type: 'number', description: 'Where in the video the picture was taken.' },
      width: { type: 'integer', description: 'Pixels.' },
      height: { type: 'integer', description: 'Pixels.' },
    },
    required: ['image', 'second', 'width', 'height'],
    additionalProperties: false,
  },
  price: { unit: 'request', amountUsd: '0.0010' },
  examples: [
    {
      input: { video: 'asset:samples/astronaut-zoom-in.mp4' },
      output: { image: 'asset:local/video-thumbnail/example.jpg', second: 1.2, width: 640, height: 360 },
    },
  ],
  typicalSeconds: 0.6,
  thumbnail: 'thumbnail.jpg',
};
