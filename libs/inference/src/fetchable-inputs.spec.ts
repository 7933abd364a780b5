import { AppError } from '#libs/errors';
import { assertFetchableInputs } from './fetchable-inputs.js';

const publicOnly = (url: string): void => {
  if (url.includes('10.0.0.7')) throw new AppError('blocked_url', `${url} is not a public address.`);
};

const refusal = (files: Parameters<typeof assertFetchableInputs>[0], input: Record<string, unknown>) => {
  try {
    assertFetchableInputs(files, input, publicOnly);
    return null;
  } catch (error) {
    return error;
  }
};

describe('assertFetchableInputs', () => {
  it('lets what can be fetched pass', () => {
    expect(refusal([{ path: 'image', url: 'https://e.org/a' }], { image: 'https://e.org/a' })).toBeNull();
  });

  it("names every refused file by the caller's own field", () => {
    const [first, second, third] = ['http://10.0.0.7/a', 'http://10.0.0.7/b', 'http://10.0.0.7/c'] as const;
    const files = [first, second, third].map((url, at) => ({ path: `images.${at}`, url }));
    const input = { opening: first, photos: ['https://e.org/x', second] };
    expect(refusal(files, input)).toMatchObject({
      code: 'blocked_url',
      details: {
        validationErrors: [
          { path: 'opening', message: `cannot be used: ${first} is not a public address` },
          { path: 'photos.1', message: `cannot be used: ${second} is not a public address` },
          { path: 'images.2', message: `cannot be used: ${third} is not a public address` },
        ],
      },
    });
  });
});
