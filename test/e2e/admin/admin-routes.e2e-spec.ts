import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { AdminBench, BOSS, details } from '../../support/admin-bench.js';
import { type ApiApp, startApiApp } from '../../support/api-app.js';
import { bearer, Browser, callMcp, type JsonAnswer, USER } from '../../support/oauth-client.js';
import { ROUTES } from './all-rows.js';
import { AnswerChecker } from './answer-checker.js';
import { NOBODY, type Target, UNKNOWN_IDS } from './route-expectation.js';

jest.setTimeout(60_000);

let api: ApiApp;
let bench: AdminBench;
let answers: AnswerChecker;

beforeAll(async () => {
  api = await startApiApp();
  bench = await AdminBench.start(api);
  answers = new AnswerChecker((await bench.admin('GET', '/admin/openapi.json')).body);
});
afterAll(() => api?.close());

const failingFields = (answer: JsonAnswer) =>
  (details(answer).validationErrors as { path: string }[]).map(({ path }) => path);

const PARAMETER = /:(\w+)/g;

const cases = Object.entries(ROUTES).map(([route, expectation]) => {
  const [method = '', path = ''] = route.split(' ');
  const at = (target: Target) =>
    path.replace(PARAMETER, (_, name: string) =>
      encodeURIComponent(typeof target === 'string' ? target : (target[name] ?? '')),
    );
  const unknown: Target[] = path.includes(':id') ? UNKNOWN_IDS : [];
  return { route, method, at, unknown, ...expectation };
});

/** What a case calls when it does not get as far as the path's thing. */
type Case = (typeof cases)[number];

async function succeed(
  { route, method, at, target, body, headers }: Case,
  options: { key?: string | null; headers?: Record<string, string> } = {},
): Promise<JsonAnswer> {
  const chosen = (await target?.(bench)) ?? '';
  const own = await headers?.(bench, chosen);
  const sent = body?.(bench, chosen);
  if (sent !== undefined) expect(answers.bodyMisfits(route, sent)).toEqual([]);
  return bench.call(method, at(chosen), {
    ...options,
    body: sent,
    headers: { ...own, ...options.headers },
  });
}

/** A call with a key that may, which fails for what it names or sends. */
async function fail({ method, at, headers }: Case, target: Target, body: unknown): Promise<JsonAnswer> {
  return bench.call(method, at(target), { body, headers: await headers?.(bench, target) });
}

/** The routes under `/admin` that docs/admin-rest.md calls. */
function documentedRoutes(): string[] {
  const page = readFileSync(join(import.meta.dirname, '../../../docs/admin-rest.md'), 'utf8');
  const calls = [...page.matchAll(/^curl (.*)"\$S(\/[^"?]*)/gm)];
  return calls.map(([, options = '', path = '']) => {
    const [, method = / (-d|--data-binary) /.test(options) ? 'POST' : 'GET'] = /-X (\w+)/.exec(options) ?? [];
    return routeOf(method, path) ?? `${method} ${path}, which is no route`;
  });
}

/** The route that an address belongs to: the one with the fewest parameters, as in Fastify. */
function routeOf(method: string, path: string): string | undefined {
  const fits = Object.keys(ROUTES).filter((route) =>
    new RegExp(`^${route.replace(PARAMETER, '[^/]+')}$`).test(`${method} ${path}`),
  );
  return fits.sort((a, b) => a.split(':').length - b.split(':').length)[0];
}

describe('every admin route', () => {
  const isAdmin = (route: string) => / \/admin(\/|$)/.test(route) && !route.startsWith('HEAD ');

  it('has its row in one of the files beside this, unless it is a page for people', async () => {
    const routes = [...new Set(api.routes.filter(isAdmin))];
    for (const route of routes.filter((each) => !Object.hasOwn(ROUTES, each))) {
      const [method = '', path = ''] = route.split(' ');
      const answer = await bench.call(method, path, { key: null });
      expect([route, Object.keys(answer.body)]).toEqual([route, ['page']]);
    }
    expect(routes).toEqual(expect.arrayContaining(Object.keys(ROUTES)));
  });

  it('is in docs/admin-rest.md, with a call of it', () => {
    expect([...new Set(documentedRoutes())].sort()).toEqual(Object.keys(ROUTES).sort());
  });

  it('is in the description of the API, which is valid OpenAPI 3.1, and nothing else is', async () => {
    expect(await answers.problems()).toEqual([]);
    expect(answers.routes().sort()).toEqual(Object.keys(ROUTES).sort());
    expect(answers.withoutSummary()).toEqual([]);
    expect(answers.openTo('curator').sort()).toEqual(
      cases
        .filter(({ curators }) => curators)
        .map(({ route }) => route)
        .sort(),
    );
  });

  describe.each(cases)('$route', (route) => {
    const { method, at, status, target, body, unknown, curators, bad = [], badQueries = [] } = route;
    const anywhere = at(NOBODY);

    it('is closed without a key, and with one that is none', async () => {
      const strangers: Record<string, string>[] = [
        {},
        { authorization: 'Key mrk_nobody' },
        { authorization: `Key mrk_${'x'.repeat(43)}` },
        { authorization: `Basic ${btoa(`${BOSS.email}:${BOSS.password}`)}` },
      ];
      for (const headers of strangers) {
        const answer = await bench.call(method, anywhere, {
          key: null,
          headers,
          body: body?.(bench, NOBODY),
        });
        expect(answer.status).toBe(401);
        expect(answer.headers.get('www-authenticate')).toBe('Key');
        expect(details(answer).code).toBe('unauthenticated');
      }
    });

    it(`is closed to users${curators ? ', open to curators' : ' and curators'}`, async () => {
      const { user, curators: theirs } = bench.keys;
      for (const key of curators ? [user] : [user, ...theirs]) {
        const answer = await bench.call(method, anywhere, { key, body: body?.(bench, NOBODY) });
        expect(answer.status).toBe(403);
        expect(details(answer).code).toBe('forbidden');
      }
      for (const key of curators ? theirs : []) expect((await succeed(route, { key })).status).toBe(status);
    });

    it('does its work for an administrator, by either scheme, and reads and answers what is described', async () => {
      const answer = await succeed(route);
      expect([answer.status, answer.body.details]).toEqual([status, answer.body.details]);
      expect(answers.misfits(route.route, answer)).toEqual([]);
      const headers = { authorization: `Bearer ${bench.keys.admin}` };
      expect((await succeed(route, { key: null, headers })).status).toBe(status);
    });

    for (const nothing of unknown) {
      it(`knows nothing by ${JSON.stringify(nothing)}`, async () => {
        const answer = await fail(route, nothing, body?.(bench, nothing));
        expect(answer.status).toBe(404);
        expect(details(answer).code).toMatch(/^(\w+_)?not_found$/);
      });
    }

    for (const [wrong, field] of bad) {
      it(`refuses the body ${JSON.stringify(wrong)}`, async () => {
        const answer = await fail(route, (await target?.(bench)) ?? '', wrong);
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
  });

  it('takes no access token of an assistant, not even an administrator’s', async () => {
    const client = await bench.registeredClient();
    const browser = new Browser(api.base);
    await browser.signIn(BOSS);
    const { access_token } = await client.connect(browser);
    expect((await callMcp(api.base, bearer(access_token))).status).toBe(200);
    for (const { method, at } of cases) {
      const answer = await bench.call(method, at(NOBODY), { key: null, headers: bearer(access_token) });
      expect(answer.status).toBe(401);
    }
  });
});

describe('the description as a page', () => {
  it('sends a person who is not signed in to sign in, and back', async () => {
    const browser = new Browser(api.base);
    const headers = { accept: 'text/html' };
    const away = await fetch(`${api.base}/admin/docs`, { headers, redirect: 'manual' });
    expect([away.status, away.headers.get('location')]).toEqual([303, '/login?return_to=%2Fadmin%2Fdocs']);
    const signedIn = await browser.signIn(BOSS, '/login?return_to=%2Fadmin%2Fdocs');
    expect(signedIn.location).toMatch(/\/admin\/docs$/);
    expect((await browser.get('/admin/docs')).status).toBe(200);
    expect([...browser.cookies.keys()]).toContain(answers.sessionCookie());
  });

  it('says on a page that it is not for everybody, and to a program as before', async () => {
    const browser = new Browser(api.base);
    await browser.signIn(USER);
    const cookie = [...browser.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const refused = await fetch(`${api.base}/admin/docs`, { headers: { cookie, accept: 'text/html' } });
    expect([refused.status, refused.headers.get('content-type')]).toEqual([403, 'text/html; charset=utf-8']);
    expect(await refused.text()).toContain('Only administrators and curators may do that.');
    const program = await fetch(`${api.base}/admin/docs`, { headers: { cookie } });
    expect([program.status, ((await program.json()) as JsonAnswer['body']).details]).toEqual([
      403,
      { code: 'forbidden' },
    ]);
  });

  it('has every route and type, and loads and runs nothing', async () => {
    const page = (await bench.admin('GET', '/admin/docs')).body.page as string;
    for (const [method, path] of answers.routes().map((route) => route.split(' ') as [string, string])) {
      const shown = path.replace(PARAMETER, '{$1}');
      expect(page).toContain(`<span class="method ${method}">${method}</span> <code>${shown}</code>`);
    }
    for (const type of answers.types()) expect(page).toContain(`id="type-${type}"`);
    expect(page).not.toMatch(/<script|<link|<img|<form|javascript:|undefined|\[object/);
    const anchors = [...page.matchAll(/href="#([^"]+)"/g)].map(([, anchor]) => anchor!);
    for (const anchor of anchors) expect(page).toContain(`id="${anchor}"`);
    const ids = [...page.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id);
    expect(new Set(ids).size).toBe(ids.length);
  });
});
