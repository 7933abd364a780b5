import { speakableText, splitText } from './speakable-text.js';

describe('speakableText', () => {
  it.each([
    ['“Don’t” – he said…', `"Don't" - he said...`],
    ['Café naïve Straße Ærø', 'Cafe naive Strasse Aero'],
    ['It costs €5.30 or £ 4', 'It costs 5.30 euros or 4 pounds'],
    ['Done 🎉\u0000\n\nNext', 'Done Next'],
    ['ﬁve ½ m²', 'five 1/2 m2'],
  ])('%j becomes %j', (text, expected) => expect(speakableText(text)).toBe(expected));

  it.each(['你好, world', 'Привет', 'مرحبا'])('refuses %j and names the letters', (text) => {
    expect(() => speakableText(text)).toThrow(/English only and cannot say [^\x20-\x7e]/);
  });

  it.each(['!!! ???', '   ', '🎉🎉', '…'])('refuses %j, which says nothing', (text) => {
    expect(() => speakableText(text)).toThrow('no letters or digits');
  });
});

describe('splitText', () => {
  it('keeps sentences together up to the limit', () => {
    expect(splitText('One is here. Two is here. Three is here.', 26)).toEqual([
      'One is here. Two is here.',
      'Three is here.',
    ]);
  });

  it('cuts what is too long between words, and a word that is too long anywhere', () => {
    expect(splitText('aa bb cc dd', 6)).toEqual(['aa bb', 'cc dd']);
    expect(splitText('x'.repeat(25), 10).map((piece) => piece.length)).toEqual([10, 10, 5]);
  });

  it('loses nothing that can be spoken', () => {
    const text = 'The quick brown fox, said Dr. Smith, jumps. '.repeat(40);
    expect(splitText(text, 100).join(' ').replace(/\s+/g, ' ')).toBe(text.trim());
  });
});
