import { randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import {
  bearer,
  Browser,
  callMcp,
  hiddenFields,
  TestClient,
  type Tokens,
} from '../../support/oauth-client.js';
import type { Bench } from './bench.js';
import { EndlessFile, OpenStream } from './open-stream.js';
import { row } from './row.js';

/** What an event may take from one process to another. */
const EVENT_LIMIT_MS = 1_000;

/** What row R17 allows a stream after its token was revoked. */
const STREAM_LIMIT_MS = 2_000;

interface Person {
  email: string;
  password: string;
}

/** One assistant that a person connected. */
interface Connected {
  client: TestClient;
  tokens: Tokens;
}

/** Rows R17 and U18: what people change of their own account, and what ends with it. */
export function accountRows(bench: () => Bench): void {
  let file: EndlessFile;
  beforeAll(async () => void (file = await EndlessFile.serve()));
  afterAll(() => file.close());

  row(
    {
      id: 'R17',
      level: 'policy',
      source: 'OWASP ASVS 5.0 §7.4, MCP authorization (token handling)',
      rule: 'When a token is revoked, on whichever replica, new requests get 401 and the streams that are open on it close within 2 s; the streams of other tokens go on, and so does a stream whose token merely expires.',
    },
    async () => {
      const [revoked, other, expiring] = await Promise.all([connect(), connect(), connect()]);
      const { base, secondReplica } = bench();
      const onFirst = await OpenStream.open(base, revoked.tokens.access_token, file);
      const onSecond = await OpenStream.open(secondReplica, revoked.tokens.access_token, file);
      const others = await OpenStream.open(base, other.tokens.access_token, file);
      const expires = await OpenStream.open(secondReplica, expiring.tokens.access_token, file);
      await bench().sql(
        `UPDATE oauth_access_tokens SET expires_at = now() FROM oauth_grants g
         WHERE g.id = grant_id AND g.client_id = (SELECT id FROM oauth_clients WHERE client_id = $1)`,
        [expiring.client.clientId],
      );
      await revoked.client.revoke({ token: revoked.tokens.access_token });
      expect(await statusOf(revoked.tokens.access_token, base)).toBe(401);
      const limit = Date.now() + STREAM_LIMIT_MS;
      expect(await onFirst.endedBefore(limit)).toBe(true);
      expect(await onSecond.endedBefore(limit)).toBe(true);
      await eventually401(revoked.tokens.access_token, secondReplica);
      expect(await others.endedBefore(limit)).toBe(false);
      expect(await expires.endedBefore(limit)).toBe(false);
      others.close();
      expires.close();
    },
  );

  row(
    {
      id: 'U18',
      level: 'policy',
      source: 'OWASP ASVS 5.0 §7.4.2, §7.4.3',
      rule: 'A new password, set by the person or by an operator, and the disabling of an account end all web sessions and all grants of the user on every replica: access tokens, refresh tokens, codes on their way and open streams. The browser that changed the password goes on under a new session id, API keys stay, and a new consent works at once.',
    },
    async () => {
      await byThePerson();
      await byAnOperator('set-password');
      await byAnOperator('disable');
    },
    120_000,
  );

  const byThePerson = async (): Promise<void> => {
    const ada = await newPerson();
    const { own, elsewhere, mine, others } = await busy(ada);
    const key = await newKey(own);
    const sid = own.cookies.get('sid');
    const password = `${ada.password}, changed`;
    const page = await own.get('/account/password');
    const answer = await own.post('/account/password', {
      ...hiddenFields(page.body),
      current_password: ada.password,
      new_password: password,
      new_password_again: password,
    });
    expect([answer.status, answer.location]).toEqual([303, `${bench().base}/account/password`]);
    await expectAllEnded(elsewhere, mine);

    expect(own.cookies.get('sid')).not.toBe(sid);
    expect((await own.get('/account/password')).body).toMatch(/assistants were disconnected/);
    expect((await own.get('/account/connections')).body).toContain('No assistant is connected');
    const again = await mine.client.connect(own);
    expect(await statusOf(again.access_token, bench().base)).toBe(200);
    expect(await statusOf(again.access_token, bench().secondReplica)).toBe(200);
    expect((await mine.client.refresh(again.refresh_token)).status).toBe(200);
    expect((await new Browser(bench().base).signIn(ada)).status).toBe(401);
    expect((await new Browser(bench().secondReplica).signIn({ ...ada, password })).status).toBe(303);
    expect(await statusOf(others.tokens.access_token, bench().base)).toBe(200);
    expect(await statusOfKey(key)).toBe(200);
    others.stream.close();
  };

  const byAnOperator = async (action: 'set-password' | 'disable'): Promise<void> => {
    const ada = await newPerson();
    const { own, elsewhere, mine, others } = await busy(ada);
    const password = `${ada.password}, changed`;
    const options = action === 'disable' ? [] : ['--password', password];
    await bench().admin('user', action, '--email', ada.email, ...options);
    await expectAllEnded(elsewhere, mine);
    expect((await own.get('/account')).location).toContain('/login');
    if (action === 'disable') await bench().admin('user', 'enable', '--email', ada.email);
    await expectAllEnded(elsewhere, mine);
    const person = action === 'disable' ? ada : { ...ada, password };
    expect((await new Browser(bench().base).signIn(person)).status).toBe(303);
    others.stream.close();
  };

  /** A person in two browsers, on two replicas, with an assistant that works, and a code that nobody has redeemed yet. */
  const busy = async (person: Person) => {
    const own = new Browser(bench().base);
    const elsewhere = new Browser(bench().secondReplica);
    await own.signIn(person);
    await elsewhere.signIn(person);
    const client = await TestClient.register(bench().base, { client_name: 'An assistant' });
    const tokens = await client.connect(own);
    const stream = await OpenStream.open(bench().secondReplica, tokens.access_token, file);
    const other = await connect();
    return {
      own,
      elsewhere,
      mine: { client, tokens, stream, code: await client.code(own) },
      others: { ...other, stream: await OpenStream.open(bench().base, other.tokens.access_token, file) },
    };
  };

  const expectAllEnded = async (
    elsewhere: Browser,
    { client, tokens, stream, code }: Connected & { stream: OpenStream; code: string },
  ): Promise<void> => {
    const limit = Date.now() + STREAM_LIMIT_MS;
    for (const base of [bench().base, bench().secondReplica]) await eventually401(tokens.access_token, base);
    expect((await client.refresh(tokens.refresh_token)).body.error).toBe('invalid_grant');
    expect((await client.redeem(code)).body.error).toBe('invalid_grant');
    expect((await elsewhere.get('/account')).location).toContain('/login');
    expect(await stream.endedBefore(limit)).toBe(true);
  };

  const newKey = async (browser: Browser): Promise<string> => {
    const form = hiddenFields((await browser.get('/account/keys')).body);
    const { body } = await browser.post('/account/keys', { ...form, name: 'a script' });
    return /mrk_[\w-]{43}/.exec(body)?.[0] ?? '';
  };

  const statusOfKey = async (key: string): Promise<number> => {
    const response = await fetch(`${bench().base}/storage/upload/initiate`, {
      method: 'POST',
      headers: { authorization: `Key ${key}`, 'content-type': 'application/json' },
      body: JSON.stringify({ file_name: 'a.txt', content_type: 'text/plain' }),
    });
    return response.status;
  };

  const newPerson = async (): Promise<Person> => {
    const email = `person-${randomBytes(4).toString('hex')}@example.org`;
    const password = `the password of ${email}`;
    await bench().admin('user', 'create', '--email', email, '--password', password);
    return { email, password };
  };

  const connect = async (): Promise<Connected> => {
    const client = await TestClient.register(bench().base);
    return { client, tokens: await client.connect(new Browser(bench().base)) };
  };

  const statusOf = async (token: string, base: string): Promise<number> =>
    (await callMcp(base, bearer(token))).status;

  const eventually401 = async (token: string, base: string): Promise<void> => {
    const deadline = Date.now() + EVENT_LIMIT_MS;
    while ((await statusOf(token, base)) === 200 && Date.now() < deadline) await delay(10);
    expect(await statusOf(token, base)).toBe(401);
  };
}
