import type { WrapperDefinition } from '#libs/catalog';

/** A sentence or two about an event, said the way that announcements are said. */
export const spokenAnnouncement: WrapperDefinition = {
  alias: 'spoken-announcement',
  name: 'Spoken announcement',
  category: 'utility',
  task: 'text-to-speech',
  summary: 'Says what happens, when and where, as a loudspeaker announcement in English (WAV).',
  description:
    'Give the event, and if you like the time and the place, and get a spoken announcement with an opening and a ' +
    'closing in the tone you choose. Runs on modelrunner/text-to-speech: English only, in a voice that is clear but ' +
    'audibly synthetic. Write numbers and times as they are to be read ("half past six").',
  thumbnailUrl: 'asset:local/text-to-speech/thumbnail.jpg',
  examples: [
    {
      input: {
        event: 'The summer concert begins.',
        time: 'today at half past six',
        place: 'the main hall',
      },
      output: {
        audio: 'asset:samples/outputs/spoken-announcement.wav',
        durationSeconds: 8.445,
        sampleRate: 16_000,
      },
    },
  ],
  inputSchema: {
    type: 'object',
    properties: {
      event: {
        type: 'string',
        minLength: 1,
        maxLength: 500,
        description: 'What happens, as a sentence: "The summer concert begins."',
      },
      time: { type: 'string', maxLength: 100, description: 'When: "today at half past six".' },
      place: { type: 'string', maxLength: 100, description: 'Where: "the main hall".' },
      tone: {
        type: 'string',
        enum: ['friendly', 'formal', 'urgent'],
        default: 'friendly',
        description: 'Chooses the opening, the closing and the pace.',
      },
      voice: {
        type: 'string',
        enum: ['female', 'male', 'scottish'],
        default: 'female',
        description: 'Who speaks. scottish is a male voice.',
      },
      repeat: { type: 'boolean', default: false, description: 'Says the message twice.' },
    },
    required: ['event'],
    additionalProperties: false,
  },
  promptTemplate: `
{{~lookup maps.openings tone}} {{event}}
{{~#if time}} When: {{time}}.{{/if}}
{{~#if place}} Where: {{place}}.{{/if}}
{{~#if repeat}} {{constants.again}} {{event}}
{{~#if time}} When: {{time}}.{{/if}}
{{~#if place}} Where: {{place}}.{{/if}}{{/if}} {{lookup maps.closings tone}}`,
  templateContext: {
    maps: {
      openings: {
        friendly: 'Hello everyone!',
        formal: 'Ladies and gentlemen, may I have your attention, please.',
        urgent: 'Attention! Attention please!',
      },
      closings: {
        friendly: 'See you there!',
        formal: 'Thank you for your attention.',
        urgent: 'Please act now. Thank you.',
      },
    },
    constants: { again: 'I repeat.' },
  },
  baseModels: [
    {
      model: 'modelrunner/text-to-speech',
      promptField: 'text',
      fieldMappings: {
        presets: {
          tone: { friendly: { speed: 1 }, formal: { speed: 0.95 }, urgent: { speed: 1.1 } },
          voice: { female: { voice: 'slt' }, male: { voice: 'rms' }, scottish: { voice: 'awb' } },
        },
        omit: ['event', 'time', 'place', 'repeat'],
      },
    },
  ],
};
