import { choice, file, flag, integer, number, object, type Schema, text } from './schema-parts.js';

const LANGUAGES = Array.from({ length: 99 }, (_, index) =>
  String.fromCharCode(97 + (index % 26), 97 + Math.floor(index / 4)),
);

/** One of several sources, and a temperature that is one number or a list of them. */
export const whisper = object(
  {
    audio: file('Audio to transcribe.', 'audio/*'),
    audio_url_list: {
      type: 'array',
      items: file('One part.', 'audio/*'),
      minItems: 1,
      maxItems: 10,
      uniqueItems: true,
      description: 'Parts of one recording.',
    },
    language: choice('Spoken language; detected when left out.', ['auto', ...new Set(LANGUAGES)]),
    task: {
      oneOf: [
        { const: 'transcribe', title: 'Keep the language' },
        { const: 'translate', title: 'Into English' },
      ],
      default: 'transcribe',
    },
    temperature: {
      anyOf: [
        number('One.', 0, 1),
        { type: 'array', items: number('Each.', 0, 1), minItems: 2, maxItems: 6 },
      ],
      default: 0,
      description: 'Sampling temperature, or fallbacks.',
    },
    chunk_level: choice('What a chunk is.', ['segment', 'word', 'none']),
    clip: {
      type: 'array',
      items: { type: 'array', items: { type: 'number', minimum: 0 }, minItems: 2, maxItems: 2 },
      maxItems: 20,
      description: 'Ranges in seconds: [from, to].',
    },
    diarize: flag('Tell speakers apart.'),
    speakers: object({ min: integer('Fewest.', 1, 10), max: integer('Most.', 1, 10) }, ['min']),
    patience: {
      type: 'number',
      exclusiveMinimum: 0,
      maximum: 5,
      description: 'Patience of the beam search.',
    },
  },
  [],
  {
    oneOf: [{ required: ['audio'] }, { required: ['audio_url_list'] }],
    if: { properties: { diarize: { const: true } }, required: ['diarize'] },
    then: { required: ['speakers'] },
  },
);

/** Forms told apart by a fixed field, and camera moves as objects of different kinds. */
export const stableVideo = object(
  {
    mode: { enum: ['text', 'image', 'extend'], default: 'text', description: 'What to start from.' },
    prompt: text('What happens in the video.', { maxLength: 2000 }),
    image: file('First frame.', 'image/*'),
    video: file('Video to go on from.', 'video/*'),
    camera: {
      description: 'Moves of the camera.',
      type: 'array',
      maxItems: 4,
      items: {
        oneOf: [
          object({ kind: { const: 'pan' }, degrees: number('How far.', -90, 90) }, ['kind', 'degrees']),
          object({ kind: { const: 'zoom' }, factor: number('How much.', 0.5, 4) }, ['kind', 'factor']),
        ],
      },
    },
    fps: { type: 'integer', enum: [8, 16, 24, 30], default: 24 },
    frames: {
      type: 'integer',
      minimum: 9,
      maximum: 257,
      multipleOf: 8,
      default: 96,
      description: 'Number of frames, a multiple of 8.',
    },
    motion_bucket_id: integer('More motion with larger values.', 1, 255, 127),
    palette: {
      type: 'array',
      prefixItems: [
        { type: 'string', pattern: '^#[0-9A-F]{6}$' },
        { type: 'number', minimum: 0, maximum: 1 },
      ],
      items: false,
      minItems: 2,
      maxItems: 2,
    },
    labels: {
      type: 'object',
      patternProperties: { '^[a-z]{2,8}$': { type: 'integer', minimum: 0, maximum: 9 } },
      additionalProperties: false,
    },
  },
  ['mode'],
  {
    allOf: [
      { if: { properties: { mode: { const: 'text' } } }, then: { required: ['prompt'] } },
      { if: { properties: { mode: { const: 'image' } } }, then: { required: ['image'] } },
    ],
    not: { required: ['image', 'video'] },
  },
);

/** Nested settings, 500 voices, and a dictionary that contains itself. */
export const elevenLabs = object(
  {
    text: text('Text to speak. '.repeat(120), { minLength: 1, maxLength: 5000 }),
    voice_id: text('Voice.', {
      enum: Array.from({ length: 500 }, (_, index) => `voice_${index.toString(36)}_${index * 7919}`),
    }),
    model_id: choice('Model.', ['multilingual_v2', 'turbo_v2_5', 'flash_v2_5']),
    voice_settings: object({
      stability: number('Stability.', 0, 1, 0.5),
      similarity_boost: number('Similarity.', 0, 1, 0.75),
      style: number('Style exaggeration.', 0, 1, 0),
      use_speaker_boost: flag('Boost.', true),
      effects: object({
        reverb: object({ room: choice('Room.', ['hall', 'small']), wet: number('Wet.', 0, 1) }, ['room']),
      }),
    }),
    pronunciation: {
      type: 'array',
      maxItems: 3,
      items: { $ref: '#/$defs/Entry' },
      description: 'Dictionary.',
    },
    output_format: choice('Codec, rate and bitrate.', [
      'mp3_44100_128',
      'mp3_22050_32',
      'pcm_16000',
      'pcm_24000',
      'ulaw_8000',
    ]),
    language_code: text('ISO 639-1.', { pattern: '^[a-z]{2}$' }),
    recorded: text('When.', { format: 'date-time' }),
    previous_request_ids: {
      type: 'array',
      items: { type: 'string', format: 'uuid' },
      maxItems: 3,
      uniqueItems: true,
    },
  },
  ['text', 'voice_id'],
  {
    $defs: {
      Entry: object(
        {
          word: text('Word.', { minLength: 1 }),
          alias: text('Said as.'),
          variants: { type: 'array', items: { $ref: '#/$defs/Entry' } },
        },
        ['word'],
      ),
    },
  },
);

/** The input itself has forms. */
export const forms: Schema = {
  type: 'object',
  oneOf: [
    { properties: { kind: { const: 'upload' }, file: file('File.', 'image/*') }, required: ['kind', 'file'] },
    {
      properties: {
        kind: { const: 'search' },
        query: text('Query.', { minLength: 3 }),
        limit: integer('Most.', 1, 9),
      },
      required: ['kind', 'query'],
    },
  ],
};
