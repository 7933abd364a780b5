import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { RequestMethod } from '@nestjs/common';
import { AdminModelsController } from '../src/admin/admin-models.controller.js';
import { AdminWrappersController } from '../src/admin/admin-wrappers.controller.js';
import { aModel, aWrapper } from '../src/catalog.spec-support.js';
import { CatalogApp, details, problems, START_LIMIT_MS } from './catalog-app.js';

let at: CatalogApp;
beforeAll(async () => {
  at = await CatalogApp.start();
  await at.call('POST', '/admin/models', { body: aModel('one') });
}, START_LIMIT_MS);
afterAll(() => at?.close());

const NOBODY = '00000000-0000-4000-8000-000000000000';
/** That nobody has, that is no id, and what the database would choke on. */
const UNKNOWN_IDS = [NOBODY, '1', "'", 'a\0b'];
const BAD_QUERIES: [string, string][] = [
  ['page=0', 'page'],
  ['limit=201', 'limit'],
  ['limit=ten', 'limit'],
  ['sort=id', 'sort'],
];
const BAD_FILTERS: [string, string][] = [
  ['category=audio', 'category'],
  ['status=gone', 'status'],
  ['visibility=all', 'visibility'],
  ['owner=a&owner=b', 'owner'],
  [`search=${'x'.repeat(201)}`, 'search'],
];

interface RouteExpectation {
  status: number;
  /** What a call that succeeds sends. */
  body?: () => unknown;
  /** Bodies that are refused, each with the field that it is refused for. */
  bad?: [unknown, RegExp][];
  badQueries?: [string, string][];
}

const routesOf = (noun: 'models' | 'wrappers'): Record<string, RouteExpectation> => {
  const fresh = () => (noun === 'models' ? aModel(`m-${randomUUID()}`) : aWrapper(`w-${randomUUID()}`));
  const withoutAlias = { ...fresh(), alias: undefined };
  const whole: [unknown, RegExp][] = [
    [{}, /^alias: is required/],
    [[], /: must be a (model|wrapper) definition: an object/],
    [{ ...fresh(), category: 'audio' }, /^category: must be one of: image, video, utility/],
    [{ ...fresh(), name: 7 }, /^name: must be a string/],
    [
      { ...fresh(), inputSchema: { type: 'object', properties: 7 } },
      /^inputSchema\.properties: must be an object/,
    ],
    [{ ...fresh(), sumary: 'x' }, /^sumary: is not a known field; did you mean summary\?/],
  ];
  const changed: [unknown, RegExp][] = [[{ ...fresh(), alias: 'other' }, /^alias: cannot be changed/]];
  return {
    [`GET /admin/${noun}`]: { status: 200, badQueries: [...BAD_QUERIES, ...BAD_FILTERS] },
    [`POST /admin/${noun}`]: { status: 201, body: fresh, bad: whole },
    [`POST /admin/${noun}/import`]: {
      status: 200,
      body: () => ({ [noun]: [fresh()] }),
      bad: [
        [{ [noun]: [withoutAlias] }, /^#0\.alias: is required/],
        [[7], /^#0: must be a (model|wrapper) definition/],
        [{ [noun === 'models' ? 'wrappers' : 'models']: [] }, /must be "/],
      ],
    },
    [`GET /admin/${noun}/:id`]: { status: 200 },
    [`PUT /admin/${noun}/:id`]: { status: 200, body: fresh, bad: [...whole, ...changed] },
    [`PATCH /admin/${noun}/:id`]: {
      status: 200,
      body: () => ({ summary: 'Another.' }),
      bad: [
        [{ name: null }, /^name: is required/],
        [{ status: 'gone' }, /^status: must be one of/],
        [{ owner: 'other' }, /^owner: cannot be changed/],
        [['summary'], /: must be a (model|wrapper) definition/],
      ],
    },
    [`DELETE /admin/${noun}/:id`]: { status: 204 },
    [`GET /admin/${noun}/:id/versions`]: { status: 200, badQueries: BAD_QUERIES },
    [`GET /admin/${noun}/:id/versions/1`]: { status: 200 },
  };
};

const cases = (['models', 'wrappers'] as const).flatMap((noun) =>
  Object.entries(routesOf(noun)).map(([route, expectation]) => {
    const [method = '', path = ''] = route.split(' ');
    const created = async () => {
      const body = noun === 'models' ? aModel(`m-${randomUUID()}`) : aWrapper(`w-${randomUUID()}`);
      const { id } = (await at.call('POST', `/admin/${noun}`, { body })).body as { id: string };
      return { id, body };
    };
    return { route, method, hasId: path.includes(':id'), path, created, ...expectation };
  }),
);

/** The routes as Nest knows them. */
function registeredRoutes(): string[] {
  return [AdminModelsController, AdminWrappersController].flatMap((controller) => {
    const base = Reflect.getMetadata('path', controller) as string;
    const prototype = controller.prototype as unknown as Record<string, object>;
    return Object.getOwnPropertyNames(prototype).flatMap((name) => {
      const method = Reflect.getMetadata('method', prototype[name]!) as RequestMethod | undefined;
      if (method === undefined) return [];
      const path = `/${base}/${Reflect.getMetadata('path', prototype[name]!) as string}`.replace(/\/+$/, '');
      return [`${RequestMethod[method]} ${path.replace(':version', '1')}`];
    });
  });
}

/** The routes that docs/admin-rest.md calls. */
function documentedRoutes(): string[] {
  const page = readFileSync(join(import.meta.dirname, '../../../docs/admin-rest.md'), 'utf8');
  const calls = [...page.matchAll(/^curl (.*)"\$S(\/admin\/(?:models|wrappers)[^"?]*)/gm)];
  return calls.map(([, options = '', path = '']) => {
    const [, method = options.includes(' -d ') ? 'POST' : 'GET'] = /-X (\w+)/.exec(options) ?? [];
    return `${method} ${path.replace('$ID', ':id')}`;
  });
}

it('every route of the catalogue is in this test, and called in docs/admin-rest.md', () => {
  const routes = cases.map(({ route }) => route).sort();
  expect(registeredRoutes().sort()).toEqual(routes);
  expect([...new Set(documentedRoutes())].sort()).toEqual(routes);
});

describe.each(cases)(
  '$route',
  ({ method, path, hasId, created, status, body, bad = [], badQueries = [] }) => {
    const on = (id: string) => path.replace(':id', encodeURIComponent(id));
    /** A call that succeeds, with whatever key. */
    const succeed = async (key: string) => {
      const target = hasId ? await created() : null;
      // What replaces an entry keeps its endpoint.
      const sent = method === 'PUT' ? target?.body : body?.();
      return at.call(method, on(target?.id ?? ''), { key, body: sent });
    };

    it('is closed without a key, and with one that is none', async () => {
      for (const authorization of [undefined, 'Key mrk_nobody', `Key mrk_${'x'.repeat(43)}`, 'Basic YTpi']) {
        const headers: Record<string, string> = authorization === undefined ? {} : { authorization };
        const answer = await at.call(method, on(NOBODY), { key: null, headers, body: body?.() });
        expect(answer.status).toBe(401);
        expect(answer.headers.get('www-authenticate')).toBe('Key');
        expect(details(answer).code).toBe('unauthenticated');
      }
    });

    it('is closed to users, and to a key that was made for less', async () => {
      for (const key of [at.keys.user, at.weakKey]) {
        const answer = await at.call(method, on(NOBODY), { key, body: body?.() });
        expect(answer.status).toBe(403);
        expect(details(answer).code).toBe('forbidden');
      }
    });

    it('does its work for administrators and curators', async () => {
      expect((await succeed(at.keys.admin)).status).toBe(status);
      expect((await succeed(at.keys.curator)).status).toBe(status);
    });

    for (const id of hasId ? UNKNOWN_IDS : []) {
      it(`knows nothing by the id ${id}`, async () => {
        const answer = await at.call(method, on(id), { body: body?.() });
        expect(answer.status).toBe(404);
        expect(details(answer).code).toBe('not_found');
      });
    }

    if (bad.length > 0) {
      it('refuses bad bodies, each with its field', async () => {
        const { id } = hasId ? await created() : { id: '' };
        for (const [wrong, field] of bad) {
          const answer = await at.call(method, on(id), { body: wrong });
          expect([answer.status, details(answer).code]).toEqual([400, 'invalid_request']);
          expect(problems(answer).join('\n')).toMatch(new RegExp(field.source, 'm'));
        }
      });

      it('refuses what is no JSON', async () => {
        const { id } = hasId ? await created() : { id: '' };
        const answer = await at.call(method, on(id), { body: '{"alias": ' });
        expect(answer.status).toBe(400);
      });
    }

    if (badQueries.length > 0) {
      it('refuses bad queries, each with its parameter', async () => {
        const { id } = hasId ? await created() : { id: '' };
        for (const [query, field] of badQueries) {
          const answer = await at.call(method, `${on(id)}?${query}`);
          expect(answer.status).toBe(400);
          expect(problems(answer).join('\n')).toContain(`${field}:`);
        }
      });
    }
  },
);
