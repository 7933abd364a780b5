import type { FastifyReply, FastifyRequest } from 'fastify';
import { DataSource } from 'typeorm';
import { registerWebSession, SignInService, UsersService } from '#libs/accounts';
import { type FilesBench, startFilesBench } from '../files.spec-support.js';
import type { OwnFileView } from './own-files.dto.js';

const PNG = Buffer.from('89504e470d0a1a0a0000000d4948445200000001000000010806000000', 'hex');

/** The way of the page's script: the raw file, the cookie of the web session, and the page's token in a header. */
describe('an upload from the page of one’s files', () => {
  let bench: FilesBench;
  let key: string;
  let cookie: string;
  let csrf: string;

  beforeAll(async () => {
    bench = await startFilesBench({ MAX_FILE_BYTES: '2000', MAX_STORED_BYTES_PER_USER: '2500' }, signInRoute);
    const ann = await bench.newActor();
    key = ann.key;
    const signedIn = await fetch(`${bench.origin}/login?email=${ann.actor.email}`);
    cookie = signedIn.headers.get('set-cookie')?.split(';', 1)[0] ?? '';
    csrf = await signedIn.text();
  }, 60_000);
  afterAll(() => bench.stop());

  const put = async (body: Buffer | ReadableStream, headers: Record<string, string> = {}) => {
    const response = await fetch(
      `${bench.origin}/account/files?file_name=${encodeURIComponent('../ein Bild')}`,
      {
        method: 'PUT',
        headers: { cookie, 'x-csrf-token': csrf, 'content-type': 'text/html', ...headers },
        body,
        duplex: 'half',
      },
    );
    return { status: response.status, body: (await response.json()) as { id?: string; file_url?: string } };
  };
  const ownFiles = async (): Promise<OwnFileView[]> => {
    const headers = { authorization: `Key ${key}` };
    const answer = await fetch(`${bench.origin}/storage/files`, { headers });
    return ((await answer.json()) as { items: OwnFileView[] }).items;
  };

  it.each([
    ['no token', { 'x-csrf-token': '' }],
    ['another token', { 'x-csrf-token': 'AAAA' }],
    ['another site', { 'sec-fetch-site': 'cross-site' }],
    ['nobody signed in', { cookie: '' }],
  ])(
    'is refused before a byte is read: %s',
    async (_case, headers) => {
      const endless = new ReadableStream({ start: (controller) => controller.enqueue(PNG) });
      expect(await put(endless, headers)).toMatchObject({ status: 403, body: { details: { code: 'csrf' } } });
      const rows = await bench.app.get(DataSource).query<object[]>('SELECT 1 FROM pending_files');
      expect([await ownFiles(), await bench.storedPaths(), rows]).toEqual([[], [], []]);
    },
    5_000,
  );

  it('is a file like any other: what the bytes say it is, under a clean name', async () => {
    const { status, body } = await put(PNG);
    expect(status).toBe(201);
    const [file] = await ownFiles();
    expect(file).toMatchObject({
      id: body.id,
      fileUrl: body.file_url,
      fileName: 'ein Bild.png',
      contentType: 'image/png',
      size: PNG.length,
      requestId: null,
    });
    expect(Buffer.from(await (await fetch(body.file_url ?? '')).arrayBuffer()).equals(PNG)).toBe(true);
  });

  it('keeps within the limits, and says which it met', async () => {
    const chunked = new ReadableStream({
      start(controller) {
        controller.enqueue(Buffer.alloc(2001, 'a'));
        controller.close();
      },
    });
    for (const body of [Buffer.alloc(2001, 'a'), chunked])
      expect(await put(body)).toMatchObject({ status: 413, body: { details: { code: 'file_too_large' } } });
    expect((await put(Buffer.alloc(0))).body).toMatchObject({ error: 'The file is empty.' });
    expect((await put(Buffer.alloc(2000, 'a'))).status).toBe(201);
    expect(await put(Buffer.alloc(900, 'a'))).toMatchObject({
      status: 403,
      body: { details: { code: 'storage_quota_exceeded' } },
    });
    expect(await ownFiles()).toHaveLength(2);
    expect(await bench.storedPaths()).toHaveLength(2);
  });
});

/** Signs in whom the address names, and answers with the token of a page. */
async function signInRoute(app: FilesBench['app']): Promise<void> {
  await registerWebSession(app);
  const fastify = app.getHttpAdapter().getInstance();
  fastify.get('/login', async (request: FastifyRequest, reply: FastifyReply) => {
    const { email } = request.query as { email: string };
    const user = await app.get(UsersService).findByEmail(email);
    await app.get(SignInService).signIn(request, user!);
    return reply.send(reply.generateCsrf());
  });
}
