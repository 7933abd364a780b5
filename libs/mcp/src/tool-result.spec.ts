import { AppError } from '#libs/errors';
import { toolError, toolResult } from './tool-result.js';

describe('toolResult', () => {
  const links = [{ url: 'http://x/media/a.png', fileName: 'a.png', contentType: 'image/png', size: 5 }];

  it('mirrors the structure as compact text', () => {
    const { content, structuredContent } = toolResult({ structured: { a: 1, b: [2] } }, true);
    expect(content).toEqual([{ type: 'text', text: '{"a":1,"b":[2]}' }]);
    expect(structuredContent).toEqual({ a: 1, b: [2] });
  });

  it('links to files only where the client knows links', () => {
    const link = { type: 'resource_link', uri: links[0]?.url, name: 'a.png', mimeType: 'image/png', size: 5 };
    expect(toolResult({ structured: {}, links }, true).content[1]).toEqual(link);
    expect(toolResult({ structured: {}, links }, false).content).toHaveLength(1);
  });
});

describe('toolError', () => {
  const textOf = (error: AppError) => {
    const { content, isError, structuredContent } = toolError(error);
    expect([isError, structuredContent, content.length]).toEqual([true, undefined, 1]);
    return (content[0] as { text: string }).text;
  };

  it('says what is wrong, where, and what to do next', () => {
    const validationErrors = [
      { path: 'image', message: 'is required' },
      { path: '', message: 'must have a size' },
    ];
    expect(textOf(new AppError('invalid_input', undefined, { validationErrors }))).toBe(
      'The input does not fit the schema: image is required; the whole must have a size. ' +
        'Call get_model (or get_wrapper) with this endpoint for the list of its inputs.',
    );
  });

  it('ends in one mark', () => {
    const validationErrors = [{ path: 'formt', message: 'is not a known field; did you mean format?' }];
    expect(textOf(new AppError('invalid_request', 'Bad.', { validationErrors }))).toBe(
      'Bad: formt is not a known field; did you mean format?',
    );
  });

  it('keeps the next step of the thrower', () => {
    const error = new AppError('endpoint_not_found', undefined, { nextStep: 'Did you mean a/b?' });
    expect(textOf(error)).toBe('There is no such endpoint. Did you mean a/b?');
  });

  it('says when to try again', () => {
    expect(textOf(new AppError('rate_limited', 'Too many.', { retryAfterSeconds: 7 }))).toBe(
      'Too many. Try again in 7 s.',
    );
  });

  it('names twenty fields of a thousand', () => {
    const validationErrors = Array.from({ length: 1000 }, (_, at) => ({
      path: `p${at}`,
      message: 'is wrong',
    }));
    const text = textOf(new AppError('invalid_input', undefined, { validationErrors }));
    expect(text).toContain('p19 is wrong; and 980 more.');
    expect(text).not.toContain('p20');
  });
});
