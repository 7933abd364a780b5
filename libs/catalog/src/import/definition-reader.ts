import { StringDecoder } from 'node:string_decoder';
import { AppError } from '#libs/errors';
import { MODEL_DEFINITION, WRAPPER_DEFINITION } from './definition-schema.js';
import { ValueSplitter } from './value-splitter.js';

/** Longest row, in characters: more than any definition that is taken. */
const LONGEST_ROW = 2 * 1024 * 1024;
/** What the object that a list stands in begins with otherwise: it is a definition itself. */
const DEFINITION_FIELDS: ReadonlySet<string> = new Set([
  ...Object.keys(MODEL_DEFINITION.properties),
  ...Object.keys(WRAPPER_DEFINITION.properties),
]);
/** What has to be there to tell the form of a text by its beginning. */
const BEGINNING = 64;

/**
 * Reads definitions one by one, without ever holding more than one of them: from a JSON array, from an object that
 * has one (`{"models": […]}`), or from JSON lines.
 *
 * @param field the name of the array in an object
 * @throws AppError `invalid_request` at what is no JSON, or neither of the three
 */
export async function* readDefinitions(
  source: AsyncIterable<Buffer>,
  field: 'models' | 'wrappers',
): AsyncGenerator<unknown> {
  const decoder = new StringDecoder('utf8');
  let splitter: ValueSplitter | null = null;
  let text = '';
  let index = 0;
  const rows = function* (isLast: boolean) {
    splitter ??= chooseForm(text, field, isLast);
    if (splitter === null) return;
    const values = splitter.split(text, isLast);
    text = '';
    for (const value of values) yield parse(value, index++);
    if (splitter.pendingLength > LONGEST_ROW) throw broken(index, 'is larger than any definition may be');
  };
  try {
    for await (const chunk of source) {
      text += decoder.write(chunk);
      // White space before the list is let go, or it would be looked at again with every chunk.
      if (splitter === null) text = text.trimStart();
      yield* rows(false);
    }
    text += decoder.end();
    yield* rows(true);
  } catch (error) {
    throw error instanceof SyntaxError ? broken(index, error.message) : error;
  }
}

/** @returns null while too little of the text is there */
function chooseForm(text: string, field: string, isLast: boolean): ValueSplitter | null {
  const begins = text.replace(/^\uFEFF/, '').trimStart();
  if (begins.length < BEGINNING && !isLast) return null;
  if (begins === '') throw new AppError('invalid_request', 'There is nothing to import.');
  const first = /^\{\s*"([^"\\]{1,40})"\s*:\s*(?=\[)/.exec(begins);
  const list = first && !DEFINITION_FIELDS.has(first[1] ?? '') ? first : null;
  if (list && list[1] !== field) {
    const message = `The list must be in "${field}", not in "${list[1]}".`;
    throw new AppError('invalid_request', message, {
      validationErrors: [{ path: list[1] ?? '', message: `must be "${field}"` }],
    });
  }
  const skip = text.length - begins.length + (list?.[0].length ?? 0);
  if (list) return new ValueSplitter('array in object', skip);
  return new ValueSplitter(begins.startsWith('[') ? 'array' : 'lines', skip);
}

function parse(text: string, index: number): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw broken(index, `is not valid JSON: ${(error as Error).message}`);
  }
}

function broken(index: number, message: string): AppError {
  const problem = { index, endpoint: null, path: `#${index}`, message };
  return new AppError('invalid_request', `Nothing was written: #${index} ${message}.`, {
    validationErrors: [problem],
    totalProblems: 1,
  });
}
