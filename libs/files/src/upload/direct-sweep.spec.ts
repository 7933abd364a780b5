import { getRepositoryToken } from '@nestjs/typeorm';
import type { Repository } from 'typeorm';
import { type S3Server, startS3Server } from '../../../../test/support/s3-server.js';
import { type FilesBench, startFilesBench } from '../files.spec-support.js';
import { FileSweeper } from '../records/file-sweeper.service.js';
import { UploadClient } from './upload-client.spec-support.js';
import { Upload } from './upload.entity.js';

const HOUR_MS = 3_600_000;
jest.setTimeout(60_000);

describe('the sweep of single uploads that go past this server', () => {
  let s3: S3Server;
  let bench: FilesBench;
  let client: UploadClient;
  let sweeper: FileSweeper;

  beforeAll(async () => {
    s3 = await startS3Server();
    bench = await startFilesBench(s3.env);
    client = new UploadClient(bench, (await bench.newActor()).key);
    sweeper = (await bench.startWorker()).get(FileSweeper);
  });
  afterAll(async () => {
    await bench.stop();
    await s3.stop();
  });
  afterEach(() => (s3.failure = null));

  const announce = async () => {
    const { upload_url, file_url } = await client.initiate('text/plain');
    return {
      file_url,
      key: file_url.split('/').at(-1)!,
      put: () => client.put(upload_url, 'it', 'text/plain'),
    };
  };
  const uploads = () => bench.app.get<Repository<Upload>>(getRepositoryToken(Upload));
  const expired = (key: string, hours: number) =>
    uploads().update({ key }, { expiresAt: new Date(Date.now() - hours * HOUR_MS) });
  const textAt = async (url: string) => {
    const response = await fetch(url);
    return response.ok ? response.text() : response.status;
  };
  const waiting = async () => (await s3.storedPaths()).filter((path) => path.includes('incoming'));

  it('loses nothing that came before the worker was away for a weekend', async () => {
    const { file_url, key, put } = await announce();
    await put();
    await s3.age(60 * HOUR_MS);
    await expired(key, 59);
    // First the storage does not copy, then it does.
    s3.failure = (call) => (call.startsWith('PUT') ? 'AccessDenied' : undefined);
    await sweeper.sweep();
    s3.failure = null;
    expect(await waiting()).toHaveLength(1);
    await sweeper.sweep();
    expect(await textAt(file_url)).toBe('it');
    expect(await waiting()).toEqual([]);
  });

  it('waits some hours for a PUT that began while its URL was good', async () => {
    const [late, never] = [await announce(), await announce()];
    await expired(late.key, 5);
    await expired(never.key, 7);
    await sweeper.sweep();
    expect(await uploads().countBy({ key: never.key })).toBe(0);
    await late.put();
    await sweeper.sweep();
    expect(await waiting()).toEqual([]);
    expect(await textAt(late.file_url)).toBe('it');
    expect(await uploads().countBy({ key: late.key })).toBe(0);
  });
});
