import type { AppError } from '#libs/errors';
import { checkParts } from './part-rules.js';
import type { UploadPart } from './upload-part.entity.js';

const MIB = 1024 * 1024;
const part = (partNumber: number, size: number): UploadPart => ({
  uploadId: 'u',
  partNumber,
  storageKey: `s${partNumber}`,
  size,
  etag: `e${partNumber}`,
});
const problems = (...args: Parameters<typeof checkParts>): string[] => {
  try {
    checkParts(...args);
    return [];
  } catch (error) {
    return ((error as AppError).details.validationErrors ?? []).map(({ message }) => message);
  }
};

describe('checkParts', () => {
  // A storage may have ETags in letters of both cases.
  const stored = [part(1, 5 * MIB), part(3, 6 * MIB), { ...part(7, 10), etag: 'eE7' }];
  const claimed = [
    { partNumber: 1, etag: 'e1' },
    { partNumber: 3, etag: '"e3"' },
    { partNumber: 7, etag: 'Ee7' },
  ];

  it('gives the parts in order, numbers need not follow each other', () => {
    expect(checkParts(claimed, stored, 11 * MIB + 10).map((p) => p.storageKey)).toEqual(['s1', 's3', 's7']);
  });

  it('names every problem', () => {
    expect(problems([...claimed, { partNumber: 8, etag: 'x' }], stored, null)).toEqual([
      'part 7 is smaller than 5 MiB',
      'part 8 was not uploaded',
    ]);
    expect(problems([claimed[1]!, claimed[0]!, claimed[2]!], stored, null)).toEqual([
      'part 1 is named twice or out of order',
    ]);
    expect(problems([claimed[0]!, claimed[0]!, claimed[2]!], stored, null)).toEqual([
      'part 1 is named twice or out of order',
      'part 3 was uploaded but is not named',
    ]);
    expect(problems([claimed[0]!, { partNumber: 3, etag: 'no' }, claimed[2]!], stored, null)).toEqual([
      'part 3 has another ETag',
    ]);
    expect(problems(claimed, stored, 5)).toEqual([
      `the parts have ${11 * MIB + 10} bytes together, 5 were announced`,
    ]);
  });
});
