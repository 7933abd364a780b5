import { randomBytes } from 'node:crypto';
import { assertBase64Size, decodeBase64 } from './base64.js';

async function decode(base64: string): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of decodeBase64(base64)) chunks.push(chunk);
  return Buffer.concat(chunks);
}

describe('decodeBase64', () => {
  const bytes = randomBytes(2_500_001);
  const encoded = bytes.toString('base64');

  it.each([
    ['plain', encoded],
    ['in lines of 76', encoded.replace(/.{76}/g, '$&\r\n')],
    ['with space around', `\n ${encoded}\n`],
    ['as a data URL', `data:image/png;base64,${encoded}`],
    ['as a data URL with a parameter', `data:text/plain;charset=utf-8;base64,${encoded}`],
    ['with more space after it than a slice', encoded + ' '.repeat(1_100_000)],
  ])('reads it %s', async (_name, text) => {
    expect((await decode(text)).equals(bytes)).toBe(true);
  });

  it.each(['', 'QQ==', 'QUI=', 'QUJD'])('reads %p', async (text) => {
    expect((await decode(text)).equals(Buffer.from(text, 'base64'))).toBe(true);
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
  ])('refuses %.20s', async (text) => {
    await expect(decode(text)).rejects.toMatchObject({
      code: 'invalid_file',
      message: 'The argument is not base64.',
      details: { validationErrors: [{ path: 'base64', message: expect.any(String) }] },
    });
  });
});

describe('assertBase64Size', () => {
  const cap = 3000;
  it('takes exactly the cap, with line breaks too', () => {
    const text = Buffer.alloc(cap).toString('base64');
    expect(() => assertBase64Size(text, cap)).not.toThrow();
    expect(() => assertBase64Size(`data:a/b;base64,${text.replace(/.{76}/g, '$&\n')}\n`, cap)).not.toThrow();
    const padded = Buffer.alloc(cap - 1).toString('base64');
    expect(() => assertBase64Size(padded, cap - 1)).not.toThrow();
  });

  it('refuses one byte more, in words that make sense', () => {
    const text = Buffer.alloc(cap + 1).toString('base64');
    expect(() => assertBase64Size(text, cap)).toThrow(
      'The file is 3001 bytes large and exceeds the 0 MiB upload cap.',
    );
  });
});
