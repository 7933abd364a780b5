import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { environmentSchema } from './environment.schema.js';

describe('.env.example', () => {
  const page = readFileSync(join(import.meta.dirname, '../../../.env.example'), 'utf8');
  const documented = [...page.matchAll(/^#? ?([A-Z][A-Z0-9_]+)=/gm)].map(([, name]) => name);
  const settings = Object.keys(environmentSchema.in.shape);

  it('documents every setting, and no other', () => {
    expect(documented.sort()).toEqual(
      settings.filter((name) => name !== 'NODE_ENV' || documented.includes(name)).sort(),
    );
  });
});
