import { randomUUID } from 'node:crypto';
import { aModel, aWrapper } from '../../../libs/catalog/src/catalog.spec-support.js';
import { type AdminBench, details } from '../../support/admin-bench.js';
import {
  BAD_PAGES,
  NOBODY,
  type RouteExpectation,
  type RouteExpectations,
  type Target,
} from './route-expectation.js';

type Noun = 'models' | 'wrappers';

/** The one model that every wrapper of these rows runs on. */
async function baseModel(bench: AdminBench): Promise<string> {
  const answer = await bench.admin('POST', '/admin/models', aModel('one'));
  if (answer.status !== 201 && details(answer).code !== 'conflict') throw new Error('The model was refused.');
  return '';
}

const fresh = (noun: Noun, alias: string = randomUUID()) =>
  noun === 'models' ? aModel(alias) : aWrapper(alias);

async function created(bench: AdminBench, noun: Noun): Promise<Target> {
  await baseModel(bench);
  const alias: string = randomUUID();
  const { id } = (await bench.admin('POST', `/admin/${noun}`, fresh(noun, alias))).body;
  return { id: id as string, alias, version: '1' };
}

const FILTERS: [string, string][] = [
  ['category=audio', 'category'],
  ['status=gone', 'status'],
  ['visibility=all', 'visibility'],
  ['owner=a&owner=b', 'owner'],
  [`search=${'x'.repeat(201)}`, 'search'],
];

function entryRows(noun: Noun): RouteExpectations {
  const target = (bench: AdminBench) => created(bench, noun);
  const one = { target, curators: true } as const;
  const bad: [unknown, string][] = [
    [{}, 'alias'],
    [[], ''],
    [{ ...fresh(noun), category: 'audio' }, 'category'],
    [{ ...fresh(noun), name: 7 }, 'name'],
    [{ ...fresh(noun), inputSchema: { type: 'object', properties: 7 } }, 'inputSchema.properties'],
    [{ ...fresh(noun), sumary: 'x' }, 'sumary'],
  ];
  return {
    [`GET /admin/${noun}`]: { status: 200, curators: true, badQueries: [...BAD_PAGES, ...FILTERS] },
    [`POST /admin/${noun}`]: {
      status: 201,
      curators: true,
      target: baseModel,
      body: () => fresh(noun),
      bad,
    },
    [`POST /admin/${noun}/import`]: {
      status: 200,
      curators: true,
      target: baseModel,
      body: () => ({ [noun]: [fresh(noun)] }),
      bad: [
        [{ [noun]: [{ ...fresh(noun), alias: undefined }] }, '#0.alias'],
        [[7], '#0'],
        [{ [noun === 'models' ? 'wrappers' : 'models']: [] }, noun === 'models' ? 'wrappers' : 'models'],
        ['[{]', '#0'],
      ],
    },
    [`GET /admin/${noun}/:id`]: { status: 200, ...one },
    [`PUT /admin/${noun}/:id`]: {
      status: 200,
      ...one,
      // What replaces an entry keeps its endpoint.
      body: (_bench, chosen) => fresh(noun, typeof chosen === 'string' ? 'any' : chosen.alias),
      bad: [...bad, [{ ...fresh(noun), alias: 'other' }, 'alias']],
      ...(noun === 'models' && { badQueries: [['force=maybe', 'force']] }),
    },
    [`PATCH /admin/${noun}/:id`]: {
      status: 200,
      ...one,
      body: () => ({ summary: 'Another.', thumbnailUrl: null }),
      bad: [
        [{ name: null }, 'name'],
        [{ status: 'gone' }, 'status'],
        [{ owner: 'other' }, 'owner'],
        [['summary'], ''],
      ],
    },
    [`DELETE /admin/${noun}/:id`]: { status: 204, ...one },
    [`GET /admin/${noun}/:id/versions`]: { status: 200, ...one, badQueries: BAD_PAGES },
    [`GET /admin/${noun}/:id/versions/:version`]: {
      status: 200,
      ...one,
      unknown: [{ id: NOBODY, version: '1' }],
    },
  };
}

const aList: Pick<RouteExpectation, 'status' | 'curators' | 'target' | 'unknown'> = {
  status: 200,
  curators: true,
  target: async (bench) => {
    await baseModel(bench);
    return { kind: 'models', category: 'image' };
  },
  unknown: [
    ['models', 'audio'],
    ['model', 'image'],
    ['constructor', 'image'],
    ['models', 'image\0'],
  ].map(([kind = '', category = '']) => ({ kind, category })),
};

const ONE = 'modelrunner/one';

export const catalogRows: RouteExpectations = {
  ...entryRows('models'),
  ...entryRows('wrappers'),
  'GET /admin/recommendations': { status: 200, curators: true },
  'GET /admin/recommendations/:kind/:category': aList,
  'PUT /admin/recommendations/:kind/:category': {
    ...aList,
    headers: async () => ({ 'if-match': '*' }),
    body: () => ({ items: [{ endpoint: ONE, note: 'The first.' }] }),
    bad: [
      [{}, 'items'],
      [{ items: 'all' }, 'items'],
      [{ items: [ONE] }, 'items.0'],
      [{ items: [{ note: 'x' }] }, 'items.0.endpoint'],
      [{ items: [{ endpoint: ONE, note: 'x'.repeat(501) }] }, 'items.0.note'],
      [{ items: [{ endpoint: ONE, note: 'a\0b' }] }, 'items.0.note'],
      [{ items: [{ endpoint: ONE, position: 1 }] }, 'items.0.position'],
      [{ items: Array.from({ length: 51 }, () => ({ endpoint: ONE })) }, 'items'],
      [{ items: [], category: 'image' }, 'category'],
    ],
  },
  'GET /admin/recommendations/:kind/:category/candidates': {
    ...aList,
    badQueries: [
      [`search=${'x'.repeat(501)}`, 'search'],
      ['search=a&search=b', 'search'],
      ['page=1', 'page'],
    ],
  },
};
