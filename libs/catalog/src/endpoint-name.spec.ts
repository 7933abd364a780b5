import { AppError } from '#libs/errors';
import { formatEndpoint, parseEndpoint } from './endpoint-name.js';

it.each([
  ['modelrunner/upscale', 'modelrunner/upscale'],
  ['  ModelRunner/Text-to-Speech\n', 'modelrunner/text-to-speech'],
  ['a/b', 'a/b'],
  ['acme_1.x/flux-1.1_pro', 'acme_1.x/flux-1.1_pro'],
])('%p is an endpoint', (text, expected) => {
  expect(formatEndpoint(parseEndpoint(text))).toBe(expected);
});

it.each([
  '',
  ' ',
  'upscale',
  '/upscale',
  'a/',
  'a/b/c',
  'a b/c',
  '-a/b',
  'a/../b',
  '../a/b',
  'ä/b',
  `a/${'b'.repeat(65)}`,
  7,
  null,
  undefined,
  {},
  'x'.repeat(10_000),
])('%p is none', (text) => {
  expect.assertions(3);
  try {
    parseEndpoint(text);
  } catch (error) {
    expect(error).toBeInstanceOf(AppError);
    expect((error as AppError).message.length).toBeLessThan(120);
    expect((error as AppError).details.validationErrors?.[0]?.message).toMatch(/owner\/alias/);
  }
});
