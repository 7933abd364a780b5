import { AppError } from '#libs/errors';
import { assertMetadata } from './request-metadata.js';

const failing = (metadata: unknown): string[] => {
  try {
    assertMetadata(metadata as Record<string, string>);
    return [];
  } catch (error) {
    return ((error as AppError).details.validationErrors ?? []).map(({ path }) => path);
  }
};
const keys = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, i) => [`k${i}`, 'v']));

describe('assertMetadata', () => {
  it('takes everything up to the limits', () => {
    expect(failing(undefined)).toEqual([]);
    expect(failing(keys(16))).toEqual([]);
    expect(failing({ ['k'.repeat(64)]: 'v'.repeat(512), empty: '' })).toEqual([]);
  });

  it('names every key beyond them', () => {
    expect(failing(keys(17))).toEqual(['metadata']);
    expect(failing({ '': 'v', ['k'.repeat(65)]: 'v' })).toEqual(['metadata.', `metadata.${'k'.repeat(64)}`]);
    expect(failing({ long: 'v'.repeat(513), number: 1, nested: {}, good: 'v' })).toEqual([
      'metadata.long',
      'metadata.number',
      'metadata.nested',
    ]);
    expect(failing({ nul: 'a\0b' })).toEqual(['metadata.nul']);
  });
});
