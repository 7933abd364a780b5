import type { JsonSchema } from '../model-card.js';
import { completeInput } from './complete-input.js';
import { localModelCards } from './local-models.js';

const cards = localModelCards.map((card) => [card.alias, card] as const);
const cardOf = (alias: string) => new Map(cards).get(alias)!;

/** The fields that `model.ts` can do without, though no default stands for them. */
const TRULY_OPTIONAL: Record<string, string[]> = { 'video-thumbnail': ['second'] };

it.each(cards)('%s gets every field from nothing but those that it requires', (alias, card) => {
  const { properties = {}, required = [] } = card.inputSchema;
  const example = card.examples[0]!.input;
  const given = Object.fromEntries(required.map((name) => [name, example[name]]));
  const completed = completeInput(card, given);
  const absent = Object.keys(properties).filter((name) => completed[name] === undefined);
  expect(absent).toEqual(TRULY_OPTIONAL[alias] ?? []);
  for (const [name, schema] of Object.entries<JsonSchema>(properties))
    if (!required.includes(name)) expect([name, completed[name]]).toEqual([name, schema.default]);
});

it('leaves what was given as it is, and passes over what the card does not know', () => {
  const given = { image: 'http://x/a.png', background: '#00ff00', mood: 'calm' };
  const completed = completeInput(cardOf('remove-background'), given);
  expect(completed).toEqual({ image: 'http://x/a.png', background: '#00ff00' });
  expect(given).toHaveProperty('mood');
});

it.each([
  ['upscale', { image: 'http://x/a.png', format: 'webp' }, 'format must be one of png, jpeg'],
  ['upscale', {}, 'image is required'],
  ['slideshow', { images: ['http://x/a.png', 7] }, 'images.1 must be string'],
])('%s refuses %j in a sentence', (alias, input, sentence) => {
  expect(() => completeInput(cardOf(alias), input)).toThrow(
    expect.objectContaining({
      code: 'invalid_input',
      message: `The local model ${alias} cannot run this: ${sentence}.`,
    }),
  );
});
