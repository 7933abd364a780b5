import type { FileRecord } from '../records/file.entity.js';
import { parseRange } from './byte-range.js';
import { answerMedia } from './media-answer.js';

describe('parseRange', () => {
  it.each([
    ['bytes=0-99', { start: 0, end: 99 }],
    ['bytes=900-', { start: 900, end: 999 }],
    ['bytes=-100', { start: 900, end: 999 }],
    ['bytes=-5000', { start: 0, end: 999 }],
    ['bytes=0-99999', { start: 0, end: 999 }],
    ['bytes=999-999', { start: 999, end: 999 }],
    ['bytes=1000-', 'unsatisfiable'],
    ['bytes=-0', 'unsatisfiable'],
    ['bytes=5-1', 'whole'],
    ['bytes=0-1,5-6', 'whole'],
    ['bytes=a-b', 'whole'],
    ['bytes=-', 'whole'],
    ['items=0-1', 'whole'],
    [undefined, 'whole'],
  ])('%s of 1000 bytes', (header, expected) => {
    expect(parseRange(header, 1000)).toEqual(expected);
  });
});

describe('answerMedia', () => {
  const created = new Date('2026-01-02T03:04:05.678Z');
  const now = new Date('2026-01-03T00:00:00Z');
  const file: FileRecord = {
    id: '1',
    key: 'k',
    storageKey: 's',
    userId: 'u',
    requestId: null,
    fileName: 'Kätzchen.png',
    contentType: 'image/png',
    size: 1000,
    sha256: 'abc',
    createdAt: created,
    expiresAt: new Date(now.getTime() + 3_600_000),
  };
  const status = (headers: Record<string, string>) => answerMedia(file, headers, now).status;

  it('caches no longer than the file lives', () => {
    expect(answerMedia(file, {}, now).headers['cache-control']).toBe('public, max-age=3600, immutable');
  });

  it('answers conditions in the order of RFC 9110', () => {
    expect(status({ 'if-none-match': '"abc"' })).toBe(304);
    expect(status({ 'if-none-match': '"x", W/"abc"' })).toBe(304);
    expect(status({ 'if-none-match': '*' })).toBe(304);
    expect(status({ 'if-none-match': '"x"' })).toBe(200);
    expect(status({ 'if-modified-since': created.toUTCString() })).toBe(304);
    expect(status({ 'if-modified-since': 'Thu, 01 Jan 2026 00:00:00 GMT' })).toBe(200);
    expect(status({ 'if-modified-since': 'rubbish' })).toBe(200);
    expect(status({ 'if-none-match': '"x"', 'if-modified-since': created.toUTCString() })).toBe(200);
    expect(status({ 'if-none-match': '"abc"', range: 'bytes=0-1' })).toBe(304);
  });

  it('honours a range only of the representation that If-Range names', () => {
    expect(status({ range: 'bytes=0-1' })).toBe(206);
    expect(status({ range: 'bytes=0-1', 'if-range': '"abc"' })).toBe(206);
    expect(status({ range: 'bytes=0-1', 'if-range': '"old"' })).toBe(200);
    expect(status({ range: 'bytes=0-1', 'if-range': 'W/"abc"' })).toBe(200);
    expect(status({ range: 'bytes=0-1', 'if-range': created.toUTCString() })).toBe(206);
    expect(status({ range: 'bytes=0-1', 'if-range': now.toUTCString() })).toBe(200);
    expect(status({ range: 'bytes=5000-' })).toBe(416);
  });

  it.each([
    ['image/png', 'inline'],
    ['video/mp4', 'inline'],
    ['audio/wav', 'inline'],
    ['text/plain', 'inline'],
    ['application/json', 'inline'],
    ['image/svg+xml', 'attachment'],
    ['text/html', 'attachment'],
    ['application/xhtml+xml', 'attachment'],
    ['application/xml', 'attachment'],
    ['text/xml', 'attachment'],
    ['text/javascript', 'attachment'],
    ['text/css', 'attachment'],
    ['application/octet-stream', 'attachment'],
    ['application/x-unknown', 'attachment'],
  ])('%s comes %s', (contentType, disposition) => {
    const { headers } = answerMedia({ ...file, contentType }, {}, now);
    expect(headers['content-disposition']).toMatch(new RegExp(`^${disposition};`));
    expect(headers['x-content-type-options']).toBe('nosniff');
    expect(headers['content-security-policy']).toContain('sandbox');
  });

  it('names the file so that every client can read it', () => {
    expect(answerMedia(file, {}, now).headers['content-disposition']).toBe(
      `inline; filename="K?tzchen.png"; filename*=UTF-8''K%C3%A4tzchen.png`,
    );
  });
});
