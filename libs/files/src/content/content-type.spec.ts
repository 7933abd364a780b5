import sharp from 'sharp';
import { matchesMediaRange, mediaType, resolveContentType } from './content-type.js';

const text = (value: string) => Buffer.from(value, 'utf8');
const image = (format: 'png' | 'jpeg' | 'webp' | 'gif' | 'avif' | 'tiff') =>
  sharp({ create: { width: 8, height: 8, channels: 3, background: 'red' } })
    .toFormat(format)
    .toBuffer();

describe('resolveContentType', () => {
  it.each(['png', 'jpeg', 'webp', 'gif', 'avif', 'tiff'] as const)(
    'knows a real %s whatever was declared',
    async (format) => {
      const bytes = await image(format);
      for (const declared of [undefined, 'text/html', 'application/octet-stream', 'image/x-lie']) {
        expect((await resolveContentType(bytes, declared)).contentType).toBe(`image/${format}`);
      }
    },
  );

  it.each([
    ['a,b\n1,2\n', 'text/csv', 'text/csv'],
    ['{"a":1}', 'application/json; charset=utf-8', 'application/json'],
    ['# Title', 'text/markdown', 'text/markdown'],
    ['hello', undefined, 'text/plain'],
    ['hello', 'image/png', 'text/plain'],
    ['hello', 'not a type', 'text/plain'],
    ['<!DOCTYPE html><title>x</title>', 'image/png', 'text/html'],
    ['  <html>', 'text/plain', 'text/html'],
    ['<script>alert(1)</script>', undefined, 'text/html'],
    ['<svg xmlns="http://www.w3.org/2000/svg"/>', 'image/png', 'image/svg+xml'],
    ['<?xml version="1.0"?>\n<svg xmlns="http://www.w3.org/2000/svg"/>', 'text/plain', 'image/svg+xml'],
    ['<?xml version="1.0"?><rss/>', 'application/rss+xml', 'application/rss+xml'],
    ['<?xml version="1.0"?><rss/>', undefined, 'application/xml'],
    ['not an svg at all', 'image/svg+xml', 'text/plain'],
  ])('%j declared as %s is %s', async (content, declared, expected) => {
    expect((await resolveContentType(text(content), declared)).contentType).toBe(expected);
  });

  it('keeps 8-bit text that is declared so', async () => {
    expect(
      (await resolveContentType(Buffer.from('caf\xe9', 'latin1'), 'text/plain; charset=iso-8859-1'))
        .contentType,
    ).toBe('text/plain');
  });

  it('believes an unknown binary only where no signature could prove it', async () => {
    const noise = Buffer.from([0, 255, 3, 200, 9, 0, 1, 7]);
    expect((await resolveContentType(noise, 'image/png')).contentType).toBe('application/octet-stream');
    expect((await resolveContentType(noise, 'text/plain')).contentType).toBe('application/octet-stream');
    expect((await resolveContentType(noise, 'application/x-custom')).contentType).toBe(
      'application/x-custom',
    );
    expect((await resolveContentType(noise)).contentType).toBe('application/octet-stream');
  });

  it('does not mistake a character that the sample cuts in two', async () => {
    expect((await resolveContentType(text('größe').subarray(0, 3))).contentType).toBe('text/plain');
  });
});

describe('media types', () => {
  it('reads a header', () => {
    expect(mediaType('Image/PNG; q=1')).toBe('image/png');
    expect(mediaType('image')).toBeUndefined();
    expect(mediaType('a/b\r\nx: y')).toBeUndefined();
  });

  it('matches ranges', () => {
    expect(matchesMediaRange('image/png', 'image/*')).toBe(true);
    expect(matchesMediaRange('image/png', 'video/*, image/png')).toBe(true);
    expect(matchesMediaRange('imagex/png', 'image/*')).toBe(false);
    expect(matchesMediaRange('text/html', '*/*')).toBe(true);
  });
});
