import { loadConfig } from './config.js';

const S3 = { STORAGE: 's3', S3_BUCKET: 'models', S3_REGION: 'eu-central-1' };

describe('the settings of the storage', () => {
  it('are a folder by default', () => {
    expect(loadConfig({})).toMatchObject({ STORAGE: 'disk', S3_PREFIX: '', S3_FORCE_PATH_STYLE: false });
  });

  it('take a bucket, with keys or with those of the machine, at Amazon or elsewhere', () => {
    expect(loadConfig(S3)).toMatchObject({ STORAGE: 's3', S3_BUCKET: 'models' });
    const elsewhere = {
      STORAGE: 's3',
      S3_BUCKET: 'models',
      S3_ENDPOINT: 'http://minio:9000',
      S3_PREFIX: 'a/b.c/',
    };
    expect(loadConfig({ ...elsewhere, S3_FORCE_PATH_STYLE: 'true' })).toMatchObject({
      S3_ENDPOINT: 'http://minio:9000',
      S3_FORCE_PATH_STYLE: true,
    });
    expect(loadConfig({ ...S3, STORAGE: 'disk' }).S3_BUCKET).toBe('models');
  });

  it.each<[string, NodeJS.ProcessEnv, RegExp]>([
    ['another kind', { STORAGE: 'tape' }, /STORAGE: must be disk or s3/],
    ['no bucket', { STORAGE: 's3', S3_REGION: 'eu-central-1' }, /S3_BUCKET: is needed with STORAGE=s3/],
    ['no bucket name', { ...S3, S3_BUCKET: 'My_Bucket' }, /S3_BUCKET: must be the name of a bucket/],
    ['neither region nor endpoint', { ...S3, S3_REGION: '' }, /S3_REGION: is needed/],
    ['a key without its secret', { ...S3, S3_ACCESS_KEY_ID: 'k' }, /S3_SECRET_ACCESS_KEY: is needed/],
    ['a secret without its key', { ...S3, S3_SECRET_ACCESS_KEY: 'k' }, /S3_ACCESS_KEY_ID: is needed/],
    ['an endpoint that is none', { ...S3, S3_ENDPOINT: 'minio:9000' }, /S3_ENDPOINT: must be a URL/],
    ['a prefix that leaves its folder', { ...S3, S3_PREFIX: '../x/' }, /S3_PREFIX: must be a folder/],
    ['a prefix without a slash', { ...S3, S3_PREFIX: 'files' }, /S3_PREFIX: must be a folder/],
  ])('refuse %s', (_, env, message) => {
    expect(() => loadConfig(env)).toThrow(message);
  });
});
