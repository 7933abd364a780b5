import { collectFileUrls } from './file-urls.js';

const picture = { type: 'string', format: 'uri', contentMediaType: 'image/*', 'x-max-bytes': 1000 };
const schema = {
  type: 'object',
  properties: {
    image: { $ref: '#/$defs/Picture', description: 'main' },
    photos: { type: 'array', items: picture },
    scenes: {
      type: 'array',
      items: {
        type: 'object',
        properties: { clip: { type: 'string', format: 'uri', contentMediaType: 'video/mp4' } },
      },
    },
    either: { anyOf: [{ type: 'string', enum: ['none'] }, { allOf: [{ $ref: '#/$defs/Picture' }] }] },
    any: { type: 'string', format: 'uri', contentMediaType: '*/*' },
    link: { type: 'string', format: 'uri' },
    text: { type: 'string' },
  },
  allOf: [{ properties: { mask: picture } }],
  $defs: { Picture: picture },
};

it('finds every file URL with its path and what the model takes there', () => {
  const input = {
    image: 'https://a/1',
    photos: ['https://a/2', 'https://a/3'],
    scenes: [{ clip: 'https://a/4' }, {}],
    either: 'https://a/5',
    any: 'https://a/6',
    link: 'https://a/7',
    text: 'https://a/8',
    mask: 'https://a/9',
    other: 'https://a/10',
  };
  const limits = { accept: 'image/*', maxBytes: 1000 };
  expect(collectFileUrls(schema, input)).toEqual([
    { path: 'image', url: 'https://a/1', ...limits },
    { path: 'photos.0', url: 'https://a/2', ...limits },
    { path: 'photos.1', url: 'https://a/3', ...limits },
    { path: 'scenes.0.clip', url: 'https://a/4', accept: 'video/mp4' },
    { path: 'either', url: 'https://a/5', ...limits },
    { path: 'any', url: 'https://a/6' },
    { path: 'link', url: 'https://a/7' },
    { path: 'mask', url: 'https://a/9', ...limits },
  ]);
});

it('ends on a schema that refers to itself', () => {
  const node = { type: 'object', properties: { file: picture, next: { $ref: '#' } }, $ref: '#' };
  expect(collectFileUrls(node, { file: 'https://a/1', next: { file: 'https://a/2' } })).toHaveLength(2);
});
