import type { ModelCard } from '../../model-card.js';
import { FRAME_SIZES } from '../ffmpeg/frame-sizes.js';
import { MOTIONS } from './framing.js';

export const card: ModelCard = {
  alias: 'animate-image',
  name: 'Animate image',
  category: 'video',
  task: 'image-to-video',
  summary: 'Turns a picture into a video by moving the camera over it, framed on its subject.',
  description:
    'Moves a virtual camera over a still picture (the "Ken Burns effect") and writes a silent H.264 video (MP4, 25 ' +
    'frames per second). An object detector finds what the picture is about, people first, and the camera is framed ' +
    'on it so that a head is not cut off; only pan-up and pan-down, by their nature, leave it for a part of the ' +
    'film when the subject is taller than the frame. Where nothing known is found, the most eye-catching spot is ' +
    'taken. This is camera work, not video generation: nothing in the picture moves by itself. The result is as ' +
    'sharp as the picture: give at least 1,500 pixels of width. At most 50 megapixels.',
  inputSchema: {
    type: 'object',
    properties: {
      image: {
        type: 'string',
        format: 'uri',
        contentMediaType: 'image/*',
        description: 'URL of the picture: JPEG, PNG, WebP, GIF (first frame), TIFF or AVIF.',
      },
      motion: {
        type: 'string',
        enum: Object.keys(MOTIONS),
        default: 'zoom-in',
        description: Object.entries(MOTIONS)
          .map(([name, description]) => `${name}: ${description}`)
          .join('. '),
      },
      durationSeconds: {
        type: 'number',
        minimum: 2,
        maximum: 10,
        default: 4,
        description: 'Length of the video.',
      },
      format: {
        type: 'string',
        enum: Object.keys(FRAME_SIZES),
        default: '16:9',
        description: 'Shape of the video: 16:9 is 1280×720, 9:16 is 720×1280, 1:1 is 960×960.',
      },
      zoom: {
        type: 'number',
        minimum: 1.1,
        maximum: 2,
        default: 1.25,
        description:
          'How many times larger the close view shows things than the widest view that fits. Pans keep the close view.',
      },
    },
    required: ['image'],
    additionalProperties: false,
  },
  outputSchema: {
    type: 'object',
    properties: {
      video: {
        type: 'string',
        format: 'uri',
        contentMediaType: 'video/mp4',
        description: 'URL of the video.',
      },
      durationSeconds: { type: 'number' },
      width: { type: 'integer', description: 'Pixels.' },
      height: { type: 'integer', description: 'Pixels.' },
      fps: { type: 'integer', description: 'Frames per second.' },
      subject: {
        type: 'string',
        description:
          'What the camera is framed on, as one of the 80 COCO names. Missing when nothing known was found.',
      },
    },
    required: ['video', 'durationSeconds', 'width', 'height', 'fps'],
    additionalProperties: false,
  },
  price: { unit: 'request', amountUsd: '0.0040' },
  examples: [
    {
      input: { image: 'asset:samples/astronaut.jpg', motion: 'zoom-in', durationSeconds: 3 },
      output: {
        video: 'asset:samples/astronaut-zoom-in.mp4',
        durationSeconds: 3,
        width: 1280,
        height: 720,
        fps: 25,
        subject: 'person',
      },
    },
  ],
  typicalSeconds: 3,
  thumbnail: 'thumbnail.jpg',
};
