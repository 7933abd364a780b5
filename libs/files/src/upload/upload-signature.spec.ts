import { AppError } from '#libs/errors';
import { loadConfig } from '#libs/config';
import { isSignatureValid, signUpload, type UploadGrant } from './upload-signature.js';
import { type SignedQuery, UploadUrls } from './upload-urls.service.js';

const secret = Buffer.alloc(32, 7);
const grant: UploadGrant = {
  method: 'PUT',
  key: 'k1',
  contentType: 'image/png',
  size: 10,
  expires: 1_800_000_000,
  part: null,
};

describe('upload signatures', () => {
  it('hold for exactly what was signed', () => {
    const signature = signUpload(secret, grant);
    expect(isSignatureValid(secret, { ...grant }, signature)).toBe(true);
    const others: UploadGrant[] = [
      { ...grant, key: 'k2' },
      { ...grant, contentType: 'text/html' },
      { ...grant, contentType: null },
      { ...grant, size: 11 },
      { ...grant, size: null },
      { ...grant, expires: 1_900_000_000 },
      { ...grant, part: { uploadId: 'u', number: 1 } },
    ];
    for (const other of others) expect(isSignatureValid(secret, other, signature)).toBe(false);
    expect(isSignatureValid(Buffer.alloc(32, 8), grant, signature)).toBe(false);
    expect(isSignatureValid(secret, grant, '')).toBe(false);
    expect(isSignatureValid(secret, grant, `${signature}A`)).toBe(false);
  });

  it('do not confuse fields that touch', () => {
    const a = signUpload(secret, { ...grant, key: 'k', contentType: '1image/png' });
    expect(isSignatureValid(secret, { ...grant, key: 'k1', contentType: 'image/png' }, a)).toBe(false);
  });
});

describe('UploadUrls', () => {
  const urls = new UploadUrls(loadConfig({ SECRET_KEY: 'a'.repeat(32) }));
  const queryOf = (url: string): SignedQuery => Object.fromEntries(new URL(url).searchParams);
  const codeOf = (work: () => unknown): string => {
    try {
      work();
      return 'ok';
    } catch (error) {
      return (error as AppError).code;
    }
  };

  afterEach(() => jest.useRealTimers());

  it('verifies its own URLs, and only for their path', () => {
    const file = queryOf(urls.file('abc', 'image/png', 5));
    expect(urls.verify('abc', undefined, file)).toMatchObject({
      contentType: 'image/png',
      size: 5,
      part: null,
    });
    expect(codeOf(() => urls.verify('abd', undefined, file))).toBe('forbidden');
    const part = queryOf(urls.part('abc', 'upload', 3));
    expect(urls.verify('abc', '3', part).part).toEqual({ uploadId: 'upload', number: 3 });
    expect(codeOf(() => urls.verify('abc', '4', part))).toBe('forbidden');
    expect(codeOf(() => urls.verify('abc', undefined, part))).toBe('forbidden');
  });

  it('refuses an expired URL, and one whose expiry was moved', () => {
    const query = queryOf(urls.file('abc', 'image/png', null));
    expect(codeOf(() => urls.verify('abc', undefined, { ...query, expires: '9999999999' }))).toBe(
      'forbidden',
    );
    jest.useFakeTimers({ now: Date.now() + 3_601_000, doNotFake: ['nextTick', 'setImmediate'] });
    expect(() => urls.verify('abc', undefined, query)).toThrow('expired');
  });
});
