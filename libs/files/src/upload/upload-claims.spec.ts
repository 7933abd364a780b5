import { setTimeout as sleep } from 'node:timers/promises';
import { getRepositoryToken } from '@nestjs/typeorm';
import type { Repository } from 'typeorm';
import { type FilesBench, startFilesBench } from '../files.spec-support.js';
import { TAKEN, UploadClaims } from './upload-claims.service.js';
import { Upload } from './upload.entity.js';
import { UploadsService } from './uploads.service.js';

describe('UploadClaims', () => {
  let bench: FilesBench;
  let claims: UploadClaims;
  let id: string;

  beforeAll(async () => {
    bench = await startFilesBench();
    claims = bench.app.get(UploadClaims);
    const { actor } = await bench.newActor();
    const file = { fileName: 'a', contentType: 'a/b' };
    ({ id } = await bench.app.get(UploadsService).announceMultipart(actor, file));
  }, 60_000);
  afterAll(() => bench.stop());
  afterEach(() => void jest.useRealTimers());

  const uploads = () => bench.app.get<Repository<Upload>>(getRepositoryToken(Upload));
  const end = async () => (await uploads().findOneByOrFail({ id })).claimedUntil?.getTime() ?? 0;
  const isFree = async () => (await end()) === 0;

  it('lets one at a time have an upload', async () => {
    const result = await claims.alone(id, async () => [
      await isFree(),
      await claims.alone(id, async () => 1),
    ]);
    expect(result).toEqual([false, TAKEN]);
    expect(await claims.alone(id, async () => 2)).toBe(2);
    expect(await isFree()).toBe(true);
  });

  it('leaves alone what another claimed from one who was believed dead', async () => {
    jest.useFakeTimers({ doNotFake: ['nextTick', 'setImmediate', 'setTimeout', 'clearTimeout', 'Date'] });
    await claims.alone(id, async () => {
      await uploads().update({ id }, { claimedUntil: () => `now() + interval '30 seconds'` });
      const theirs = await end();
      jest.advanceTimersByTime(20_000);
      await sleep(50);
      expect(await end()).toBe(theirs);
    });
    expect(await isFree()).toBe(false);
    await uploads().update({ id }, { claimedUntil: null });
  });

  it('renews what it has', async () => {
    jest.useFakeTimers({ doNotFake: ['nextTick', 'setImmediate', 'setTimeout', 'clearTimeout', 'Date'] });
    await claims.alone(id, async () => {
      const before = await end();
      for (let tick = 0; tick < 3; tick += 1) {
        jest.advanceTimersByTime(20_000);
        await sleep(50);
      }
      expect(await end()).toBeGreaterThan(before + 50);
    });
    expect(await isFree()).toBe(true);
  });
});
