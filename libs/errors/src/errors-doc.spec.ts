import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ERROR_CATALOGUE, HTTP_STATUS } from './error-catalogue.js';

describe('docs/errors.md', () => {
  const page = readFileSync(join(import.meta.dirname, '../../../docs/errors.md'), 'utf8');

  it.each(Object.entries(ERROR_CATALOGUE))('has the row of %s', (code, { kind, message }) => {
    expect(page).toContain(`| \`${code}\` | ${HTTP_STATUS[kind]} | ${message} |`);
  });

  it('has no row of a code that is gone', () => {
    const rows = [...page.matchAll(/^\| `(\w+)` \|/gm)].map(([, code]) => code);
    expect(rows.filter((code) => !(code! in ERROR_CATALOGUE))).toEqual([]);
  });
});
