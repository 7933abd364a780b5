import { randomBytes } from 'node:crypto';
import { Base64Decoder, decodeBase64 } from './base64-decoder.js';

function decodeIn(pieces: Iterable<string>): Buffer {
  const decoder = new Base64Decoder();
  const bytes = [...pieces].map((piece) => decoder.push(piece));
  return Buffer.concat([...bytes, decoder.end()]);
}

/** Pieces of every length from 1 to 700. */
function* cut(text: string): Generator<string> {
  for (let at = 0, length = 1; at < text.length; at += length, length = (length % 700) + 1) {
    yield text.slice(at, at + length);
  }
}

describe('Base64Decoder', () => {
  const bytes = randomBytes(500_001);
  const encoded = bytes.toString('base64');

  it.each([
    ['plain', encoded],
    ['in lines of 76', encoded.replace(/.{76}/g, '$&\r\n')],
    ['with space around', `\n ${encoded}\n`],
    ['as a data URL', `data:image/png;base64,${encoded}`],
    ['as a data URL with a parameter', `data:text/plain;charset=utf-8;base64,${encoded}`],
    ['with more space after it than a slice', encoded + ' '.repeat(1_100_000)],
  ])('reads it %s, however it is cut', (_name, text) => {
    expect(decodeIn(cut(text)).equals(bytes)).toBe(true);
    expect(decodeIn([text]).equals(bytes)).toBe(true);
  });

  it.each(['', 'QQ==', 'QUI=', 'QUJD'])('reads %p', (text) => {
    expect(decodeIn([text]).equals(Buffer.from(text, 'base64'))).toBe(true);
  });

  it.each([
    'QQ',
    'QUI',
    'A',
    '====',
    'QQ==QQ==',
    'Q=Q=',
    'QUJ-',
    '<svg/>',
    'not base64!',
    encoded.slice(0, -3),
  ])('refuses %.20s, however it is cut', (text) => {
    const refusal = expect.objectContaining({
      code: 'invalid_file',
      message: 'The argument is not base64.',
      details: expect.objectContaining({
        validationErrors: [{ path: 'base64', message: expect.any(String) }],
      }),
    });
    expect(() => decodeIn([text])).toThrow(refusal);
    expect(() => decodeIn(text)).toThrow(refusal);
    expect(() => decodeBase64(text)).toThrow(refusal);
  });

  it.each([
    ['data:image/webp;base64,AAAA', 'image/webp'],
    ['data:text/plain;charset=utf-8;base64,AAAA', 'text/plain'],
    ['data:;base64,AAAA', undefined],
    ['AAAA', undefined],
  ])('knows the media type of %s', (text, contentType) => {
    expect(decodeBase64(text).contentType).toBe(contentType);
  });
});
