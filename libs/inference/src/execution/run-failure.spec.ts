import { AppError } from '#libs/errors';
import { toRequestError } from './run-failure.js';

describe('toRequestError', () => {
  it('keeps what was said on purpose, with every failing field', () => {
    const error = new AppError('invalid_file', 'The file is not a picture.');
    expect(toRequestError(error)).toEqual({ code: 'invalid_file', message: 'The file is not a picture.' });
    const fields = [
      { path: 'image', message: 'is required' },
      { path: '', message: 'must be an object' },
    ];
    expect(toRequestError(new AppError('invalid_output', 'Bad.', { validationErrors: fields }))).toEqual({
      code: 'invalid_output',
      message: 'Bad. image is required; output must be an object.',
    });
  });

  it('says nothing twice, and what to do next where the thrower knows', () => {
    const error = new AppError('invalid_input', 'The voices cannot say §.', {
      validationErrors: [{ path: 'text', message: 'The voices cannot say §' }],
      nextStep: 'Leave it out.',
    });
    expect(toRequestError(error).message).toBe('The voices cannot say §. Leave it out.');
  });

  it('tells that the disk is full, whoever found that out', () => {
    const found = Object.assign(new Error("ENOSPC: no space left on device, mkdir '/data/tmp'"), {
      code: 'ENOSPC',
    });
    for (const error of [found, new Error('VipsTarget: write error: No space left on device')]) {
      expect(toRequestError(error)).toEqual({
        code: 'storage_full',
        message: 'The server has no room left for files. Its operator has to make some; try again later.',
      });
    }
  });

  it('tells nothing of an unexpected cause', () => {
    const told = JSON.stringify(toRequestError(new Error('connect ECONNREFUSED 10.0.0.7:5432')));
    expect(told).toContain('internal_error');
    expect(told).not.toContain('10.0.0.7');
  });
});
