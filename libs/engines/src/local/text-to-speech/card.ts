import type { ModelCard } from '../../model-card.js';
import { VOICES } from './voices.js';

export const card: ModelCard = {
  alias: 'text-to-speech',
  name: 'Text to speech',
  category: 'utility',
  task: 'text-to-speech',
  summary: 'Speaks an English text in one of four voices and returns a WAV file.',
  description: [
    'CMU Flite, a small and fast synthesizer that runs on the CPU.',
    'The voices are clear but audibly synthetic: good for announcements, prompts and drafts, not for narration that',
    'should pass as human. English only. Accents are dropped ("café" is read as "cafe"), emoji are left out, and a text',
    'with letters of another script is refused rather than spoken with gaps.',
  ].join(' '),
  inputSchema: {
    type: 'object',
    properties: {
      text: {
        type: 'string',
        minLength: 1,
        maxLength: 5000,
        description: 'English text, at most 5,000 characters and 15 minutes of speech.',
      },
      voice: {
        type: 'string',
        enum: Object.keys(VOICES),
        default: 'slt',
        description: Object.entries(VOICES)
          .map(([name, description]) => `${name}: ${description}`)
          .join('. '),
      },
      speed: {
        type: 'number',
        minimum: 0.5,
        maximum: 2,
        default: 1,
        description: 'Pace of the speech: 2 is twice as fast.',
      },
    },
    required: ['text'],
    additionalProperties: false,
  },
  outputSchema: {
    type: 'object',
    properties: {
      audio: {
        type: 'string',
        format: 'uri',
        contentMediaType: 'audio/wav',
        description: 'The speech: 16-bit mono WAV.',
      },
      durationSeconds: { type: 'number', minimum: 0 },
      sampleRate: { type: 'integer', description: 'Samples per second: 16000, or 8000 for the voice kal.' },
    },
    required: ['audio', 'durationSeconds', 'sampleRate'],
    additionalProperties: false,
  },
  price: { unit: 'request', amountUsd: '0.0010' },
  examples: [
    {
      input: {
        text: 'Hello! Your picture has been enlarged and its background is gone. This voice runs inside the platform, on an ordinary processor.',
      },
      output: { audio: 'asset:local/text-to-speech/example.wav', durationSeconds: 8.665, sampleRate: 16000 },
    },
  ],
  typicalSeconds: 0.3,
  thumbnail: 'thumbnail.jpg',
};
