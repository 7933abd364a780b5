import { isIP } from 'node:net';
import { availableParallelism, totalmem } from 'node:os';
import { join, resolve } from 'node:path';
import { z } from 'zod';
import { identityProviderProblems } from './identity-provider.rules.js';
import { isLoopback } from './loopback.js';
import { storageProblems } from './storage.rules.js';

const MEBIBYTE = 1024 * 1024;

const flag = (fallback: boolean) =>
  z
    .enum(['true', 'false', '1', '0'], { error: 'must be true or false' })
    .default(fallback ? 'true' : 'false')
    .transform((value) => value === 'true' || value === '1');

const wholeNumber = (fallback: number, minimum: number, maximum: number) =>
  z.coerce
    .number({ error: 'must be a number' })
    .int({ error: 'must be a whole number' })
    .min(minimum, { error: `must be at least ${minimum}` })
    .max(maximum, { error: `must be at most ${maximum}` })
    .default(fallback);

const url = (schemes: string[]) =>
  z.string().refine((value) => URL.canParse(value) && schemes.includes(new URL(value).protocol), {
    error: `must be a URL that starts with ${schemes.map((scheme) => `${scheme}//`).join(' or ')}`,
  });

/** What fits into this machine: a core each, and room for an engine of the usual size each. */
const hostConcurrency = () =>
  Math.max(1, Math.min(availableParallelism(), Math.floor((totalmem() * 0.6) / (700 * MEBIBYTE))));

/** What Fastify's `trustProxy` takes in a list: an address, a CIDR range, or a named group of private ranges. */
const isProxyRange = (entry: string) => {
  if (['loopback', 'linklocal', 'uniquelocal'].includes(entry)) return true;
  const [, address = '', bits = '0'] = /^([^/]+)(?:\/(\d{1,3}))?$/.exec(entry) ?? [];
  const version = isIP(address);
  return version !== 0 && Number(bits) <= (version === 4 ? 32 : 128);
};

/** One field per environment variable; `.env.example` documents the same list for people. */
export const environmentSchema = z
  .object({
    NODE_ENV: z.enum(['development', 'production', 'test']).default('development'),
    /** TCP port of the HTTP server. */
    PORT: wholeNumber(3000, 1, 65_535),
    /** Address to listen on. */
    HOST: z.string().default('127.0.0.1'),
    /** The one origin under which people and clients reach this server. Unset: `http://localhost:PORT`. */
    PUBLIC_URL: url(['http:', 'https:']).optional(),
    /** Folder for the embedded database, files and generated secrets. */
    DATA_DIR: z
      .string()
      .default('./data')
      .transform((path) => resolve(path)),
    /** PostgreSQL 14+. Unset: `npm start` runs an embedded one under DATA_DIR. */
    DATABASE_URL: url(['postgres:', 'postgresql:']).optional(),
    /** Most connections of one process's pool. */
    DATABASE_POOL: wholeNumber(10, 2, 200),
    /** Redis 6.2+. Unset: queue and events run on PostgreSQL. */
    REDIS_URL: url(['redis:', 'rediss:']).optional(),
    /** Signs upload URLs and cookies. Unset: `npm start` generates one under DATA_DIR. */
    SECRET_KEY: z.string().min(32, { error: 'must have at least 32 characters' }).optional(),
    /** Where files are kept: in DATA_DIR/files, or in a bucket. */
    STORAGE: z.enum(['disk', 's3'], { error: 'must be disk or s3' }).default('disk'),
    S3_BUCKET: z.string().optional(),
    S3_REGION: z.string().optional(),
    /** Another service than Amazon's that speaks S3. */
    S3_ENDPOINT: url(['http:', 'https:']).optional(),
    /** The endpoint as clients reach it, for signed URLs. Unset: S3_ENDPOINT. */
    S3_PUBLIC_ENDPOINT: url(['http:', 'https:']).optional(),
    /** Unset: those of the machine (instance role, AWS_* variables, shared files). */
    S3_ACCESS_KEY_ID: z.string().optional(),
    S3_SECRET_ACCESS_KEY: z.string().optional(),
    /** Folder in the bucket, with a slash at its end. */
    S3_PREFIX: z.string().default(''),
    /** Bucket in the path of URLs, not in their host name. */
    S3_FORCE_PATH_STYLE: flag(false),
    ADMIN_EMAIL: z.email({ error: 'must be an e-mail address' }).default('admin@localhost.localdomain'),
    ADMIN_PASSWORD: z.string().min(8, { error: 'must have at least 8 characters' }).optional(),
    /** Issuer of the OpenID provider that people sign in with. Unset: local passwords only. */
    OIDC_ISSUER: url(['https:', 'http:']).optional(),
    /** This server's client id at the provider. */
    OIDC_CLIENT_ID: z.string().optional(),
    /** Unset: this server is a public client there, which PKCE alone protects. */
    OIDC_CLIENT_SECRET: z.string().optional(),
    /** What the button calls the provider. Unset: the host of its issuer. */
    OIDC_NAME: z.string().max(40, { error: 'must have at most 40 characters' }).optional(),
    /** Scopes to ask the provider for, separated by spaces. */
    OIDC_SCOPES: z.string().default('openid email profile'),
    /** E-mail domains whose verified addresses may sign in, comma-separated. Unset: every account of the provider. */
    OIDC_ALLOWED_DOMAINS: z
      .string()
      .optional()
      .transform((list) => list?.split(',').map((domain) => domain.trim().toLowerCase())),
    /** true takes every address of the provider for verified: for one that never says so and lets nobody choose theirs. */
    OIDC_TRUST_EMAILS: flag(false),
    /** false leaves the OpenID provider as the only way in. */
    LOCAL_PASSWORDS: flag(true),
    /** Addresses or CIDR ranges of proxies whose X-Forwarded-* headers count, comma-separated. */
    TRUST_PROXY: z
      .string()
      .optional()
      .transform((list) => list?.split(',').map((entry) => entry.trim()))
      .refine((list) => list?.every(isProxyRange) ?? true, {
        error: 'must be addresses or CIDR ranges, comma-separated, such as 10.0.0.0/8,192.168.1.5',
      }),
    LOG_LEVEL: z.enum(['fatal', 'error', 'warn', 'log', 'debug', 'verbose']).default('log'),
    /** Lets URL inputs, ingests and client documents be at private addresses: for tests and closed networks. */
    ALLOW_PRIVATE_URLS: flag(false),
    /** Largest file that may be uploaded or ingested, in bytes. */
    MAX_FILE_BYTES: wholeNumber(200 * MEBIBYTE, 1024, 10 * 1024 * MEBIBYTE),
    /** Days until a stored file expires. */
    FILE_TTL_DAYS: wholeNumber(30, 1, 3650),
    /** Days until a finished request is deleted, with the files that it made. 0: never. */
    REQUEST_TTL_DAYS: wholeNumber(0, 0, 3650),
    /** Bytes that one user's files may have together. 0: no limit. */
    MAX_STORED_BYTES_PER_USER: wholeNumber(20 * 1024 * MEBIBYTE, 0, 2 ** 50),
    /** Files that one user may have. 0: no limit. */
    MAX_FILES_PER_USER: wholeNumber(100_000, 0, 2 ** 50),
    /** Files and parts of files of one user that may arrive at once. */
    MAX_UPLOADS_PER_USER: wholeNumber(20, 1, 10_000),
    /** Inferences that one worker process runs at once. */
    WORKER_CONCURRENCY: wholeNumber(Math.max(1, Math.floor(availableParallelism() / 2)), 1, 64),
    /** Local engines that run at once on one machine, over all of its workers. */
    HOST_CONCURRENCY: wholeNumber(hostConcurrency(), 1, 256),
    /** Requests of one user that run at once. More wait for their turn. */
    MAX_RUNNING_PER_USER: wholeNumber(10, 1, 1_000),
    /** Requests of one user that may wait in the queue. More are refused. */
    MAX_QUEUED_PER_USER: wholeNumber(500, 1, 100_000),
    /** A repeated submission within so many seconds, while the first is unfinished, gets the first. 0: never. */
    DEDUPLICATE_SECONDS: wholeNumber(10, 0, 3_600),
    /** Memory cap of one local engine process, in MiB. */
    ENGINE_MEMORY_MB: wholeNumber(700, 128, 65_536),
    /** Time limit of one inference, in seconds. */
    ENGINE_TIMEOUT_SECONDS: wholeNumber(300, 1, 86_400),
    /** ffmpeg to use instead of the one that the package ships. */
    FFMPEG_PATH: z.string().optional(),
    /** Lets clients name themselves by the https URL of a document that describes them. */
    CLIENT_ID_METADATA_DOCUMENTS: flag(true),
    /** Lets clients be answered at schemes of their own, such as `cursor://`; false leaves https and loopback. */
    PRIVATE_REDIRECT_SCHEMES: flag(true),
    /** Documents of new clients fetched from one origin, per minute and address; twelve times as many for all. */
    RATE_LIMIT_CLIENT_DOCUMENT_PER_MINUTE: wholeNumber(5, 1, 1_000_000),
    /** Self-registrations per hour and address. */
    RATE_LIMIT_REGISTER_PER_HOUR: wholeNumber(100, 1, 1_000_000),
    /** Authorization requests per 15 minutes and address. */
    RATE_LIMIT_AUTHORIZE_PER_15_MIN: wholeNumber(600, 1, 1_000_000),
    /** Failed sign-ins per 15 minutes and address. */
    RATE_LIMIT_LOGIN_PER_ADDRESS: wholeNumber(30, 1, 1_000_000),
    /** Failed sign-ins per 15 minutes and account. */
    RATE_LIMIT_LOGIN_PER_ACCOUNT: wholeNumber(10, 1, 1_000_000),
    /** Token and revocation requests per minute of one client at one address. */
    RATE_LIMIT_TOKEN_PER_MINUTE: wholeNumber(600, 1, 1_000_000),
    /** Token and revocation requests per minute and address, whatever clients they name. */
    RATE_LIMIT_TOKEN_PER_ADDRESS: wholeNumber(6_000, 1, 1_000_000),
    /** Port for the worker's health routes. Unset: none. */
    WORKER_HEALTH_PORT: wholeNumber(0, 0, 65_535),
    /** Folder for files that live for one run only. Unset: `tmp` under DATA_DIR, which other users do not share. */
    TEMP_DIR: z.string().optional(),
  })
  .transform((env) => ({
    ...env,
    PUBLIC_URL: env.PUBLIC_URL ?? `http://localhost:${env.PORT}`,
    TEMP_DIR: resolve(env.TEMP_DIR ?? join(env.DATA_DIR, 'tmp')),
  }))
  .superRefine((env, context) => {
    const publicUrl = new URL(env.PUBLIC_URL);
    if (env.NODE_ENV === 'production' && publicUrl.protocol === 'http:' && !isLoopback(publicUrl.hostname)) {
      context.addIssue({ code: 'custom', path: ['PUBLIC_URL'], message: 'must be https:// in production' });
    }
    if (publicUrl.pathname !== '/' || publicUrl.search || publicUrl.hash || publicUrl.username) {
      context.addIssue({
        code: 'custom',
        path: ['PUBLIC_URL'],
        message: 'must be an origin, without path or query',
      });
    }
    for (const { path, message } of [...identityProviderProblems(env), ...storageProblems(env)]) {
      context.addIssue({ code: 'custom', path: [path], message });
    }
  });
