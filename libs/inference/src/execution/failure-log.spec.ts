import { AppError } from '#libs/errors';
import { failureText } from './failure-log.js';

const claim = { id: 'req-1', modelEndpoint: 'acme/cut' } as Parameters<typeof failureText>[0];

it.each<[unknown, string | null]>([
  // What comes from a process of the engine is text already.
  [
    new AppError(
      'engine_failed',
      undefined,
      {},
      { cause: 'TypeError: no colour\n    at cut (model.js:1:1)' },
    ),
    'req-1 on acme/cut: engine_failed: The model failed on this input.\nTypeError: no colour\n    at cut (model.js:1:1)',
  ],
  [
    new AppError('engine_timeout', 'The model took longer than 2 s and was stopped.'),
    'req-1 on acme/cut: engine_timeout: The model took longer than 2 s and was stopped.',
  ],
  [
    new AppError('engine_unavailable', 'There is no ffmpeg.', {}, { cause: 'spawn ENOENT' }),
    'req-1 on acme/cut: engine_unavailable: There is no ffmpeg.\nspawn ENOENT',
  ],
  [new AppError('invalid_file', 'No person.', {}, { cause: new Error('inside') }), null],
])('of %s the log has %j', (error, text) => expect(failureText(claim, error)).toBe(text));

it('has the stack of what nobody threw on purpose', () => {
  expect(failureText(claim, new RangeError('out'))).toMatch(/internal_error: .*\nRangeError: out\n +at /);
});
