import { applyAction, readAction, readDraft } from './curation-draft.js';

const rows = (text: string) => text.split('').map((endpoint) => ({ endpoint, note: '' }));

describe('the form of a curated list', () => {
  it('carries endpoints and notes side by side, one or many', () => {
    expect(readDraft({ etag: '"1-a"', endpoint: 'a/b', note: 'one\r\ntwo' })).toEqual({
      etag: '"1-a"',
      items: [{ endpoint: 'a/b', note: 'one\ntwo' }],
    });
    expect(readDraft({ endpoint: ['a', 'b', 'c'], note: ['x', ''] }).items).toEqual([
      { endpoint: 'a', note: 'x' },
      { endpoint: 'b', note: '' },
      { endpoint: 'c', note: '' },
    ]);
    expect(readDraft({ endpoint: { no: 'text' }, note: ['\0'] }).items).toEqual([{ endpoint: '', note: '' }]);
  });

  it.each([
    ['up:1', 'abc', 'bac'],
    ['up:0', 'abc', 'abc'],
    ['down:1', 'abc', 'acb'],
    ['down:2', 'abc', 'abc'],
    ['remove:0', 'abc', 'bc'],
    ['add:d', 'abc', 'abcd'],
    ['add:b', 'abc', 'abc'],
    ['remove:9', 'abc', 'abc'],
    ['up:-1', 'abc', 'abc'],
    ['search', 'abc', 'abc'],
  ])('%s makes of %s %s', (action, before, after) => {
    expect(applyAction(readAction({ action }), rows(before))).toEqual(rows(after));
  });
});
