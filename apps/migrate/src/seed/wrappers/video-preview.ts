import type { WrapperDefinition } from '#libs/catalog';

/** What to show in place of a video: a short loop, or with the other base model a still. */
export const videoPreview: WrapperDefinition = {
  alias: 'video-preview',
  name: 'Video preview',
  category: 'video',
  task: 'video-to-gif',
  summary: 'Makes a preview of a video: a three-second looping GIF, or a still picture.',
  description:
    'Makes what a page or a message shows in place of a video. On modelrunner/video-to-gif (the default) it is a ' +
    'looping GIF of three seconds, in the output `gif`; with base_model modelrunner/video-thumbnail it is a still ' +
    'JPEG, in the output `image`. Without a moment the GIF shows the beginning of the video, and the still its most ' +
    'representative frame.',
  thumbnailUrl: 'asset:samples/outputs/video-preview.thumbnail.jpg',
  examples: [
    {
      input: { video: 'asset:samples/astronaut-zoom-in.mp4', size: 'small' },
      output: {
        gif: 'asset:samples/outputs/video-preview.gif',
        durationSeconds: 3,
        frames: 30,
        width: 240,
        height: 135,
        bytes: 646_478,
      },
    },
  ],
  inputSchema: {
    type: 'object',
    properties: {
      video: { type: 'string', format: 'uri', contentMediaType: 'video/*', description: 'URL of the video.' },
      moment: { type: 'number', minimum: 0, maximum: 3600, description: 'Second of the video to show.' },
      size: {
        type: 'string',
        enum: ['small', 'medium', 'large'],
        default: 'medium',
        description: 'Width: 240, 400 or 640 pixels.',
      },
    },
    required: ['video'],
    additionalProperties: false,
  },
  baseModels: [
    {
      model: 'modelrunner/video-to-gif',
      promptField: null,
      fieldMappings: {
        staticValues: { durationSeconds: 3, fps: 10 },
        presets: { size: { small: { width: 240 }, medium: { width: 400 }, large: { width: 640 } } },
        renames: { moment: 'startSeconds' },
      },
    },
    {
      model: 'modelrunner/video-thumbnail',
      promptField: null,
      fieldMappings: {
        staticValues: { format: 'jpeg' },
        presets: { size: { small: { width: 240 }, medium: { width: 400 }, large: { width: 640 } } },
        renames: { moment: 'second' },
      },
    },
  ],
  defaultBaseModel: 'modelrunner/video-to-gif',
};
