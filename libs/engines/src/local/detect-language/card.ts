import type { ModelCard } from '../../model-card.js';

export const card: ModelCard = {
  alias: 'detect-language',
  name: 'Detect language',
  category: 'utility',
  task: 'language-identification',
  summary: 'Tells which of 176 languages a text is written in, with a confidence and the next best guesses.',
  description:
    'Tells the language of a text with fastText (lid.176): 176 languages. A sentence is nearly always enough; single ' +
    'words, names, code and texts that mix languages are guesses, which the confidence and the other candidates show. ' +
    'Close relatives (Bosnian, Croatian and Serbian; Indonesian and Malay; Norwegian and Danish) are mixed up at ' +
    'times. Only the first 10,000 characters count.',
  inputSchema: {
    type: 'object',
    properties: {
      text: {
        type: 'string',
        minLength: 1,
        maxLength: 100_000,
        description: 'The text, a sentence or more if possible.',
      },
      maxCandidates: {
        type: 'integer',
        minimum: 1,
        maximum: 10,
        default: 3,
        description: 'Most languages to name, the best first.',
      },
    },
    required: ['text'],
    additionalProperties: false,
  },
  outputSchema: {
    type: 'object',
    properties: {
      language: {
        type: 'string',
        description: 'ISO 639-1 code (en), or ISO 639-3 (ceb) where there is none.',
      },
      name: { type: 'string', description: 'English name of the language.' },
      confidence: { type: 'number', minimum: 0, maximum: 1 },
      candidates: {
        type: 'array',
        description: 'The best guesses, the answer first.',
        items: {
          type: 'object',
          properties: {
            language: { type: 'string' },
            name: { type: 'string' },
            confidence: { type: 'number', minimum: 0, maximum: 1 },
          },
          required: ['language', 'name', 'confidence'],
          additionalProperties: false,
        },
      },
    },
    required: ['language', 'name', 'confidence', 'candidates'],
    additionalProperties: false,
  },
  price: { unit: 'request', amountUsd: '0.0001' },
  examples: [
    {
      input: { text: 'Dobar dan, kako ste danas? Lijepo je vrijeme.' },
      output: {
        language: 'hr',
        name: 'Croatian',
        confidence: 0.898,
        candidates: [
          { language: 'hr', name: 'Croatian', confidence: 0.898 },
          { language: 'sh', name: 'Serbo-Croatian', confidence: 0.045 },
          { language: 'bs', name: 'Bosnian', confidence: 0.01 },
        ],
      },
    },
  ],
  typicalSeconds: 0.02,
  thumbnail: 'thumbnail.jpg',
};
