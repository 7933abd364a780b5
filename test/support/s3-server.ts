import { mkdtemp, readdir, readFile, rm, stat, utimes } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import S3rver from 's3rver';

const BUCKET = 'modelrunner-test';

/** An S3 service of its own for one suite. */
export interface S3Server {
  /** Settings with which a server uses it. */
  env: Record<string, string>;
  /** Every object, and every part of an upload that was not completed. */
  storedPaths(): Promise<string[]>;
  /** `GET /bucket/key`, … of every call since the last one. */
  takeCalls(): string[];
  /** While set, every call for which it gives an error code (`SlowDown`, `QuotaExceeded`, …) is answered with it. */
  failure: ((call: string) => string | undefined) | null;
  /** Makes everything that is stored so much older. */
  age(milliseconds: number): Promise<void>;
  stop(): Promise<void>;
}

interface Context {
  req: IncomingMessage;
  method: string;
  path: string;
  query: Record<string, string | undefined>;
  status: number;
  type: string;
  body: unknown;
  set(name: string, value: string): void;
}

/**
 * s3rver, with what it lacks of multipart uploads: the listing and aborting of them and of their parts. Signatures
 * of version 4 it does not check.
 */
export async function startS3Server(): Promise<S3Server> {
  const directory = await mkdtemp(join(tmpdir(), 'modelrunner-s3-'));
  const service = new S3rver({
    port: 0,
    address: '127.0.0.1',
    silent: true,
    directory,
    allowMismatchedSignatures: true,
    vhostBuckets: false,
    configureBuckets: [{ name: BUCKET, configs: [] }],
  });
  const uploads = join(directory, `${BUCKET}/._S3rver_uploads`);
  const calls: string[] = [];
  const server: S3Server = {
    env: {},
    storedPaths: async () =>
      (await readdir(join(directory, BUCKET), { recursive: true }).catch(() => [])).filter(
        (path) => path.endsWith('._S3rver_object') || /_S3rver_uploads\/[^/]+\/\d+$/.test(path),
      ),
    takeCalls: () => calls.splice(0),
    failure: null,
    age: async (milliseconds) => {
      const then = new Date(Date.now() - milliseconds);
      for (const path of await readdir(directory, { recursive: true })) {
        await utimes(join(directory, path), then, then);
      }
    },
    stop: async () => {
      await service.close();
      await rm(directory, { recursive: true, force: true });
    },
  };
  service.middleware.unshift(async (context: Context, next: () => Promise<void>) => {
    const call = `${context.method} ${context.path}`;
    calls.push(call);
    const code = server.failure?.(call);
    if (code) return void fail(context, code, 503);
    return (await answerMultipart(context, uploads)) || next();
  });
  const { port } = await service.run();
  server.env = {
    STORAGE: 's3',
    S3_BUCKET: BUCKET,
    S3_ENDPOINT: `http://127.0.0.1:${port}`,
    S3_ACCESS_KEY_ID: 'S3RVER',
    S3_SECRET_ACCESS_KEY: 'S3RVER',
    S3_FORCE_PATH_STYLE: 'true',
    S3_PREFIX: 'files/',
  };
  return server;
}

/** @returns true when it answered */
async function answerMultipart(context: Context, uploads: string): Promise<boolean> {
  const { method, query } = context;
  if (method === 'GET' && query.uploads !== undefined) {
    const ids = await readdir(uploads).catch(() => []);
    const rows = await Promise.all(ids.map((id) => uploadRow(join(uploads, id), id)));
    return answer(context, `<ListMultipartUploadsResult>${rows.join('')}</ListMultipartUploadsResult>`);
  }
  if (query.uploadId === undefined) return false;
  const folder = join(uploads, query.uploadId);
  const names = await readdir(folder).catch(() => null);
  if (!names) {
    context.req.resume();
    return fail(context, 'NoSuchUpload', 404);
  }
  if (method === 'DELETE') {
    await rm(folder, { recursive: true });
    context.status = 204;
    return true;
  }
  if (method !== 'GET') return false;
  const numbers = names.filter((name) => /^\d+$/.test(name)).map(Number);
  const rows = await Promise.all(numbers.sort((a, b) => a - b).map((number) => partRow(folder, number)));
  return answer(context, `<ListPartsResult>${rows.join('')}</ListPartsResult>`);
}

async function uploadRow(folder: string, id: string): Promise<string> {
  const [key, { mtime }] = await Promise.all([readFile(join(folder, 'key'), 'utf8'), stat(folder)]);
  return `<Upload><Key>${key}</Key><UploadId>${id}</UploadId><Initiated>${mtime.toISOString()}</Initiated></Upload>`;
}

async function partRow(folder: string, number: number): Promise<string> {
  const path = join(folder, String(number));
  const [etag, { size }] = await Promise.all([readFile(`${path}.md5`, 'utf8'), stat(path)]);
  return `<Part><PartNumber>${number}</PartNumber><ETag>&quot;${etag}&quot;</ETag><Size>${size}</Size></Part>`;
}

function answer(context: Context, xml: string): true {
  context.type = 'application/xml';
  context.body = `<?xml version="1.0" encoding="UTF-8"?>${xml}`;
  return true;
}

function fail(context: Context, code: string, status: number): true {
  answer(context, `<Error><Code>${code}</Code><Message>${code}</Message></Error>`);
  context.status = status;
  return true;
}
