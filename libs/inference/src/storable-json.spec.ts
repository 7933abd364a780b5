import { isStorable, storableJson } from './storable-json.js';

describe('storableJson', () => {
  it.each([
    ['a NUL', 'a\0b', 'a\ufffdb'],
    ['a high surrogate alone', 'a\ud83d', 'a\ufffd'],
    ['a low surrogate alone', '\udca9b', '\ufffdb'],
    ['a NUL after a backslash', '\\\0', '\\\ufffd'],
    ['two in a row', '\0\0', '\ufffd\ufffd'],
  ])('replaces %s', (_what, text, stored) => {
    expect(isStorable({ list: [text] })).toBe(false);
    expect(JSON.parse(storableJson({ list: [text] }) ?? '')).toEqual({ list: [stored] });
  });

  it.each(['plain', '💩', 'the text \\u0000', '\\\\ud800', '\u0001'])('leaves %j as it is', (text) => {
    expect(isStorable({ text })).toBe(true);
    expect(JSON.parse(storableJson({ text }) ?? '')).toEqual({ text });
  });

  it('looks into keys too', () => {
    expect(isStorable({ 'a\0': 1 })).toBe(false);
  });

  it.each(['isStorable', 'storableJson'] as const)(
    '%s reads a megabyte of backslashes in no time',
    (name) => {
      const read = { isStorable, storableJson }[name];
      const started = performance.now();
      read({ text: '\\'.repeat(500_000) });
      expect(performance.now() - started).toBeLessThan(2_000);
    },
  );

  it('has no text for a missing value', () => {
    expect(storableJson(null)).toBeNull();
    expect(storableJson(undefined)).toBeNull();
    expect(isStorable(undefined)).toBe(true);
  });
});
