import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { RequestMethod } from '@nestjs/common';
import { ModulesContainer } from '@nestjs/core';
import { AdminBench, BOSS, details, newUser } from './admin-bench.js';
import { START_LIMIT_MS } from './oauth-app.js';
import { bearer, Browser, callMcp, type JsonAnswer } from '../../../test/support/oauth-client.js';

let bench: AdminBench;
beforeAll(async () => void (bench = await AdminBench.start()), START_LIMIT_MS);
afterAll(() => bench?.server.close());

const failingFields = (answer: JsonAnswer) =>
  (details(answer).validationErrors as { path: string }[]).map(({ path }) => path);

const createdUserId = async () => (await bench.admin('POST', '/admin/users', newUser())).body.id as string;
const createdClientId = async () => bench.clientRow((await bench.registeredClient()).clientId);

async function createdGrantId(): Promise<string> {
  const client = await bench.registeredClient();
  await client.connect(new Browser(bench.server.base));
  const grants = await bench.admin('GET', `/admin/oauth/grants?clientId=${client.clientId}`);
  return (grants.body.items as { id: string }[])[0]!.id;
}

const NOBODY = '00000000-0000-4000-8000-000000000000';

interface RouteExpectation {
  status: number;
  /** What the route's `:id` or `:host` is for a call that succeeds. */
  target?: () => Promise<string>;
  body?: () => unknown;
  /** Targets that do not exist. Left out: ids that nobody has, if the path has one. */
  unknown?: string[];
  /** Bodies, or query strings, that are refused, each with the field that it is refused for. */
  bad?: [unknown, string][];
  badQueries?: [string, string][];
}

const BAD_PAGES: [string, string][] = [
  ['page=0', 'page'],
  ['limit=201', 'limit'],
  ['limit=ten', 'limit'],
  ['page=1&page=2', 'page'],
  ['sort=id', 'sort'],
];

/** That nobody has, that is no id, and what the database would choke on. */
const UNKNOWN_IDS = [NOBODY, '1', "'", 'a\0b'];

const ROUTES: Record<string, RouteExpectation> = {
  'GET /admin/users': { status: 200, badQueries: [...BAD_PAGES, ['role=king', 'role']] },
  'POST /admin/users': {
    status: 201,
    body: newUser,
    bad: [
      [{}, 'email'],
      [{ email: 'nobody', role: 'user' }, 'email'],
      [{ email: 'a@b.cd' }, 'role'],
      [{ email: 'a@b.cd', role: 'king' }, 'role'],
      [{ email: 'a@b.cd', role: 'user', password: 'short' }, 'password'],
      [{ email: 'a@b.cd', role: 'user', disabledAt: null }, 'disabledAt'],
    ],
  },
  'GET /admin/users/:id': { status: 200, target: createdUserId },
  'POST /admin/users/:id/disable': { status: 200, target: createdUserId },
  'POST /admin/users/:id/enable': { status: 200, target: createdUserId },
  'PUT /admin/users/:id/role': {
    status: 200,
    target: createdUserId,
    body: () => ({ role: 'curator' }),
    bad: [
      [{}, 'role'],
      [{ role: 'king' }, 'role'],
      [{ role: ['admin'] }, 'role'],
      [{ role: 'user', email: 'a@b.cd' }, 'email'],
    ],
  },
  'GET /admin/audit': {
    status: 200,
    badQueries: [
      ['type=everything', 'type'],
      ['userId=1', 'userId'],
      ['since=yesterday', 'since'],
      ['cursor=-1', 'cursor'],
      ['cursor=99999999999999999999', 'cursor'],
      ['limit=0', 'limit'],
      ['page=1', 'page'],
    ],
  },
  'GET /admin/oauth/clients': { status: 200, badQueries: [...BAD_PAGES, ['kind=evil', 'kind']] },
  'GET /admin/oauth/clients/:id': { status: 200, target: createdClientId },
  'POST /admin/oauth/clients/:id/disable': { status: 200, target: createdClientId },
  'POST /admin/oauth/clients/:id/enable': { status: 200, target: createdClientId },
  'DELETE /admin/oauth/clients/:id': { status: 204, target: createdClientId },
  'GET /admin/oauth/grants': {
    status: 200,
    badQueries: [...BAD_PAGES, ['userId=ada', 'userId'], ['active=maybe', 'active']],
  },
  'GET /admin/oauth/grants/:id': { status: 200, target: createdGrantId },
  'POST /admin/oauth/grants/:id/revoke': { status: 200, target: createdGrantId },
  'GET /admin/oauth/client-hosts': { status: 200 },
  'PUT /admin/oauth/client-hosts/:host': {
    status: 200,
    target: async () => 'denied.example',
    body: () => ({ rule: 'deny' }),
    bad: [
      [{}, 'rule'],
      [{ rule: 'maybe' }, 'rule'],
      [{ rule: 'deny', host: 'a.example' }, 'host'],
    ],
  },
  'DELETE /admin/oauth/client-hosts/:host': {
    status: 204,
    unknown: ['unknown.example'],
    target: async () => {
      await bench.admin('PUT', '/admin/oauth/client-hosts/gone.example', { rule: 'deny' });
      return 'gone.example';
    },
  },
};

const cases = Object.entries(ROUTES).map(([route, expectation]) => {
  const [method = '', path = ''] = route.split(' ');
  const at = (target: string) => path.replace(/:(id|host)/, encodeURIComponent(target));
  const unknown = path.includes(':id') ? UNKNOWN_IDS : [];
  return { route, method, at, unknown, ...expectation };
});

/** The routes as Nest knows them. */
function registeredAdminRoutes(): string[] {
  const modules = [...bench.server.app.get(ModulesContainer).values()];
  const controllers = modules.flatMap((module) =>
    [...module.controllers.values()].map(({ metatype }) => metatype!),
  );
  return controllers.flatMap((controller) => {
    const base = Reflect.getMetadata('path', controller) as string | string[] | undefined;
    if (typeof base !== 'string' || !base.startsWith('admin')) return [];
    const prototype = controller.prototype as Record<string, object>;
    return Object.getOwnPropertyNames(prototype).flatMap((name) => {
      const handler = prototype[name]!;
      const method = Reflect.getMetadata('method', handler) as RequestMethod | undefined;
      if (method === undefined) return [];
      const path = `/${base}/${Reflect.getMetadata('path', handler) as string}`.replace(/\/+$/, '');
      return [`${RequestMethod[method]} ${path}`];
    });
  });
}

/** The routes that docs/admin-rest.md calls, those of the catalogue aside, which has a test of its own. */
function documentedRoutes(): string[] {
  const page = readFileSync(join(import.meta.dirname, '../../../docs/admin-rest.md'), 'utf8');
  const calls = [...page.matchAll(/^curl (.*)"\$S(\/admin\/(?!models|wrappers)[^"?]*)/gm)];
  return calls.map(([, options = '', path = '']) => {
    const [, method = options.includes(' -d ') ? 'POST' : 'GET'] = /-X (\w+)/.exec(options) ?? [];
    return `${method} ${path.replace('$ID', ':id').replace('claude.ai', ':host')}`;
  });
}

describe('every admin route', () => {
  it('is in this test', () => {
    expect(registeredAdminRoutes().sort()).toEqual(Object.keys(ROUTES).sort());
  });

  it('is in docs/admin-rest.md, with a call of it', () => {
    expect([...new Set(documentedRoutes())].sort()).toEqual(Object.keys(ROUTES).sort());
  });

  describe.each(cases)(
    '$route',
    ({ method, at, status, target, body, unknown, bad = [], badQueries = [] }) => {
      const path = async () => at((await target?.()) ?? '');
      const anywhere = at(NOBODY);

      it('is closed without a key, and with one that is none', async () => {
        const strangers: Record<string, string>[] = [
          {},
          { authorization: 'Key mrk_nobody' },
          { authorization: `Key mrk_${'x'.repeat(43)}` },
          { authorization: `Basic ${btoa(`${BOSS.email}:${BOSS.password}`)}` },
        ];
        for (const headers of strangers) {
          const answer = await bench.call(method, anywhere, { key: null, headers, body: body?.() });
          expect(answer.status).toBe(401);
          expect(answer.headers.get('www-authenticate')).toBe('Key');
          expect(details(answer).code).toBe('unauthenticated');
        }
      });

      it('is closed to other roles', async () => {
        for (const key of bench.weakKeys) {
          const answer = await bench.call(method, anywhere, { key, body: body?.() });
          expect(answer.status).toBe(403);
          expect(details(answer).code).toBe('forbidden');
        }
      });

      it('does its work for an administrator, by either scheme', async () => {
        expect((await bench.admin(method, await path(), body?.())).status).toBe(status);
        const headers = { authorization: `Bearer ${bench.key}` };
        expect((await bench.call(method, await path(), { key: null, headers, body: body?.() })).status).toBe(
          status,
        );
      });

      for (const id of unknown) {
        it(`knows nothing by the id ${id}`, async () => {
          const answer = await bench.admin(method, at(id), body?.());
          expect(answer.status).toBe(404);
          expect(details(answer).code).toBe('not_found');
        });
      }

      for (const [wrong, field] of bad) {
        it(`refuses the body ${JSON.stringify(wrong)}`, async () => {
          const answer = await bench.admin(method, await path(), wrong);
          expect(answer.status).toBe(400);
          expect(details(answer).code).toBe('invalid_request');
          expect(failingFields(answer)).toContain(field);
        });
      }

      for (const [query, field] of badQueries) {
        it(`refuses ?${query}`, async () => {
          const answer = await bench.admin(method, `${anywhere}?${query}`);
          expect(answer.status).toBe(400);
          expect(failingFields(answer)).toContain(field);
        });
      }
    },
  );

  it('takes no access token of an assistant, not even an administrator’s', async () => {
    const client = await bench.registeredClient();
    const browser = new Browser(bench.server.base);
    await browser.signIn(BOSS);
    const { access_token } = await client.connect(browser);
    expect((await callMcp(bench.server.base, bearer(access_token))).body).toMatchObject({ role: 'admin' });
    for (const { method, at } of cases) {
      const answer = await bench.call(method, at(NOBODY), { key: null, headers: bearer(access_token) });
      expect(answer.status).toBe(401);
    }
  });
});
