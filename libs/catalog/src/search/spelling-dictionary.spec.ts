import { seededRandom } from '../../test/search/generate-catalog.mjs';
import { editDistance } from '#libs/errors';
import { SpellingDictionary } from './spelling-dictionary.js';

const dictionary = new SpellingDictionary([
  'transcribe',
  'transcript',
  'upscale',
  'background',
  'voice',
  'video',
]);

it.each([
  ['transcibe', 'transcribe'],
  ['transcrip', 'transcript'],
  ['pscale', 'upscale'],
  ['puscale', 'upscale'],
  ['bakcground', 'background'],
  ['vioce', 'voice'],
  ['viedo', 'video'],
  ['xoice', null],
  ['mountain', null],
])('takes %s for %s', (word, expected) => {
  expect(dictionary.nearest(word, [])).toBe(expected);
});

it('takes a word of the catalogue before its equals in the dictionary', () => {
  expect(dictionary.nearest('voide', ['voile'])).toBe('voile');
  expect(dictionary.nearest('voide', [])).toBe('voice');
});

it('tells distances up to the greatest that is asked for as without a limit', () => {
  const next = seededRandom(5);
  const word = () =>
    Array.from({ length: 1 + Math.floor(next() * 7) }, () => 'abc'[Math.floor(next() * 3)]).join('');
  for (let count = 0; count < 3_000; count += 1) {
    const [one, other, most] = [word(), word(), Math.floor(next() * 4)];
    const distance = editDistance(one, other);
    const limited = editDistance(one, other, most);
    if (distance <= most)
      expect({ one, other, most, limited }).toEqual({ one, other, most, limited: distance });
    else expect(limited).toBeGreaterThan(most);
  }
});
