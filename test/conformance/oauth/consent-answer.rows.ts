import {
  Browser,
  consentPage,
  type Fields,
  hiddenFields,
  OTHER_USER,
  TestClient,
  USER,
} from '../../support/oauth-client.js';
import type { Bench } from './bench.js';
import { count, expectRefusal, withCookiesOf } from './pages.js';
import { row } from './row.js';

const CURSOR = 'cursor://anysphere.cursor-mcp/oauth/callback';

/** Rows U6–U8 and U10: whose answer counts, and for how long. */
export function consentAnswerRows(bench: () => Bench): void {
  const browser = () => new Browser(bench().base);
  const register = (metadata: Record<string, unknown> = {}) => TestClient.register(bench().base, metadata);
  const codes = () => count(bench(), 'oauth_authorization_codes');
  const grants = () => count(bench(), 'oauth_grants');

  /** The form is refused, and no code is made. */
  async function expectNoConsent(person: Browser, name: string, fields: Fields, status = 403): Promise<void> {
    const before = await codes();
    const page = await person.post('/consent', { decision: 'approve', ...fields });
    expectRefusal(name, page, status);
    expect({ case: name, codes: await codes() }).toEqual({ case: name, codes: before });
  }

  /** The consent form as another page would send it. */
  function fetchAs(
    person: Browser,
    body: URLSearchParams,
    headers: Record<string, string> = {},
  ): Promise<Response> {
    const cookie = [...person.cookies].map((pair) => pair.join('=')).join('; ');
    const init = { method: 'POST', redirect: 'manual', headers: { ...headers, cookie }, body } as const;
    return fetch(`${bench().base}/consent`, init);
  }

  row(
    {
      id: 'U6',
      level: 'MUST',
      source: 'RFC 6749 §10.12, RFC 9700 §4.7, OWASP ASVS 4.2.2',
      rule: 'Consent counts only with the token of this session’s own page and not from another site; otherwise it is refused and no code made. Sign-in and sign-out are no different.',
    },
    async () => {
      const client = await register();
      const [person, other] = [browser(), browser()];
      const beforeSignIn = hiddenFields((await person.get('/login')).body);
      const fields = hiddenFields((await consentPage(person, client)).body);
      const foreign = hiddenFields((await consentPage(other, client, {}, OTHER_USER)).body);
      const tokens = {
        none: undefined,
        empty: '',
        wrong: 'wrong',
        'one letter changed': `${(fields._csrf ?? '').slice(0, -1)}~`,
        'of another session': foreign._csrf,
        'of before the sign-in': beforeSignIn._csrf,
      };
      for (const [name, token] of Object.entries(tokens))
        await expectNoConsent(person, name, { ...fields, _csrf: token });
      const page = await fetchAs(
        person,
        new URLSearchParams([...Object.entries(fields), ['_csrf', 'wrong']]),
      );
      expect(page.status).toBe(403);
      const before = await codes();
      const approve = new URLSearchParams({ ...fields, decision: 'approve' });
      const fromEvil = { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' };
      const crossSite = await fetchAs(person, approve, fromEvil);
      expect(crossSite.status).toBe(403);
      expect(await codes()).toBe(before);
      expect((await person.post('/consent', { ...fields, decision: 'approve' })).status).toBe(200);
      expect(await codes()).toBe(before + 1);

      const stranger = browser();
      const credentials = { email: USER.email, password: USER.password };
      for (const token of [undefined, 'wrong', foreign._csrf]) {
        expectRefusal('sign-in', await stranger.post('/login', { _csrf: token, ...credentials }), 403);
        expectRefusal('sign-out', await person.post('/logout', { _csrf: token }), 403);
      }
      expect((await stranger.get('/account')).location).toContain('/login');
      expect((await person.get('/account')).status).toBe(200);
    },
  );

  row(
    {
      id: 'U7',
      level: 'MUST',
      source: 'MCP security best practices, GHSA-rww4-4w9c-7733',
      rule: 'A request belongs to the browser in which it began: in another one its id neither shows nor takes a consent, signed in or not, whoever of the two is the attacker.',
    },
    async () => {
      const client = await register();
      const victim = browser();
      const asked = hiddenFields((await consentPage(victim, client)).body);
      const stranger = browser();
      await expectNoConsent(stranger, 'no session', { ...asked });
      expectRefusal('a link, no session', await stranger.get(`/consent?request=${asked.request}`), 403);
      const own = hiddenFields((await consentPage(stranger, client, {}, OTHER_USER)).body);
      await expectNoConsent(stranger, 'another person', { ...own, request: asked.request });
      const sameUser = browser();
      const same = hiddenFields((await consentPage(sameUser, client)).body);
      await expectNoConsent(sameUser, 'the same person elsewhere', { ...same, request: asked.request });
      await expectNoConsent(victim, 'a planted request', { ...asked, request: own.request });
      expectRefusal('a planted link', await victim.get(`/consent?request=${own.request}`), 403);
      for (const id of [
        '',
        'nonsense',
        '00000000-0000-4000-8000-000000000000',
        "'; DROP TABLE users; --",
        '\0',
      ]) {
        expectRefusal(id, await victim.get(`/consent?request=${encodeURIComponent(id)}`), 403);
        await expectNoConsent(victim, id, { ...asked, request: id });
      }
      expect((await victim.post('/consent', { ...asked, decision: 'approve' })).status).toBe(200);
    },
  );

  type Restore = () => Promise<unknown>;

  /** What may happen between a consent page and its answer. */
  const meanwhile: Record<
    string,
    { status?: number; happen(late: Browser, client: TestClient, request: string): Promise<Restore | void> }
  > = {
    'its time is over': {
      happen: async (_late, _client, request) => {
        const past = `UPDATE oauth_authorization_requests SET expires_at = now() - interval '1 second' WHERE id = $1`;
        await bench().sql(past, [request]);
      },
    },
    'signed out': {
      happen: async (late) =>
        void (await late.post('/logout', hiddenFields((await late.get('/logout')).body))),
    },
    'somebody else signed in': {
      happen: async (late) => {
        const { _csrf } = hiddenFields((await late.get('/account/keys')).body);
        await late.post('/login', { _csrf, email: USER.email, password: USER.password });
      },
    },
    'account disabled': {
      happen: async () => {
        const set = (value: string) =>
          bench().sql(`UPDATE users SET disabled_at = ${value} WHERE email = $1`, [OTHER_USER.email]);
        await set('now()');
        return () => set('NULL');
      },
    },
    'client disabled': {
      status: 400,
      happen: async (_late, { clientId }) =>
        void (await bench().sql('UPDATE oauth_clients SET disabled_at = now() WHERE client_id = $1', [
          clientId,
        ])),
    },
    'client deleted': {
      happen: async (_late, { clientId }) =>
        void (await bench().sql('DELETE FROM oauth_clients WHERE client_id = $1', [clientId])),
    },
  };

  row(
    {
      id: 'U8',
      level: 'MUST',
      source: 'RFC 6749 §4.1.2, §10.5',
      rule: 'A consent counts once: of forms sent at the same time, to either replica, one gets a code, and the first answer cannot be changed later. It counts no more when its time is over, or when the session, the account or the client that it was asked for is gone.',
    },
    async () => {
      const client = await register();
      const person = browser();
      const elsewhere = withCookiesOf(person, new Browser(bench().secondReplica));
      for (let round = 0; round < 5; round += 1) {
        const fields = { ...hiddenFields((await consentPage(person, client)).body), decision: 'approve' };
        withCookiesOf(person, elsewhere);
        const before = [await codes(), await grants()];
        const submits = [person, elsewhere, person, elsewhere].map((sender) =>
          sender.post('/consent', fields),
        );
        const statuses = (await Promise.all(submits)).map(({ status }) => status).sort();
        expect(statuses.filter((status) => status === 200)).toEqual([200]);
        expect(statuses.filter((status) => status === 403 || status === 409)).toHaveLength(3);
        expect([await codes(), await grants()]).toEqual(before.map((number) => number + 1));
        for (const decision of ['approve', 'deny'])
          expect((await person.post('/consent', { ...fields, decision })).status).toBe(403);
        expect(await codes()).toBe((before[0] ?? 0) + 1);
      }
      const fields = hiddenFields((await consentPage(person, client)).body);
      const decisions = ['approve', 'deny', 'approve', 'deny'];
      const both = await Promise.all(
        decisions.map((decision) => person.post('/consent', { ...fields, decision })),
      );
      expect(both.filter(({ status }) => status === 200 || status === 303)).toHaveLength(1);
      for (const [name, { status = 403, happen }] of Object.entries(meanwhile)) {
        const [late, asking] = [browser(), await register()];
        const form = hiddenFields((await consentPage(late, asking, {}, OTHER_USER)).body);
        const restore = await happen(late, asking, form.request ?? '');
        await expectNoConsent(late, name, form, status);
        await restore?.();
      }
    },
  );

  row(
    {
      id: 'U10',
      level: 'MUST',
      source: 'RFC 6749 §4.1.2.1, RFC 9207 §2',
      rule: 'A denial goes to the client as `access_denied` with state and issuer, leaves no grant, and uses the request up; no answer at all is neither.',
    },
    async () => {
      for (const uri of ['http://127.0.0.1:4711/cb', 'https://a.example/cb?own=1', CURSOR]) {
        const client = await register({ redirect_uris: [uri] });
        const person = browser();
        const fields = hiddenFields((await consentPage(person, client, { state: 'a&b=c' })).body);
        const before = [await codes(), await grants()];
        for (const decision of [undefined, '', 'maybe'])
          expectRefusal(`decision ${decision}`, await person.post('/consent', { ...fields, decision }));
        const page = await person.post('/consent', { ...fields, decision: 'deny' });
        expect({ uri, status: page.status, cache: page.headers.get('cache-control') }).toEqual({
          uri,
          status: 303,
          cache: 'no-store',
        });
        const target = page.location ?? '';
        expect(target.startsWith(`${uri}${uri.includes('?') ? '&' : '?'}error=access_denied&`)).toBe(true);
        const { searchParams } = new URL(target);
        expect([...searchParams.keys()].filter((name) => name !== 'own')).toEqual([
          'error',
          'error_description',
          'state',
          'iss',
        ]);
        expect([searchParams.get('state'), searchParams.get('iss')]).toEqual(['a&b=c', bench().base]);
        expect([await codes(), await grants()]).toEqual(before);
        await expectNoConsent(person, 'after the denial', fields);
      }
    },
  );
}
