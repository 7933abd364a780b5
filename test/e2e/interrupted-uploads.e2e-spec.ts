import { setTimeout as delay } from 'node:timers/promises';
import { DirectUploads, put } from '../support/direct-upload.js';
import { FilesPlatform, sha256 } from '../support/files-platform.js';
import { eventually } from '../support/standalone.js';

const MIB = 1024 * 1024;
/**
 * Tenths of the file at which the api is killed. Three uploads at once share one kill; the long form
 * `KILL_AT=1,2,3,4,5,6,7,8,9,10` has one for each, and 200 MiB.
 */
const KILLS = process.env.KILL_AT?.split(',').map((tenth) => [Number(tenth)]) ?? [[1, 5, 9]];
const PARTS = 10;
const SIZE = (process.env.KILL_AT ? 200 : 50) * MIB;
const PART = SIZE / PARTS;
/** What a client may have sent and the server not yet written. */
const ON_THE_WAY = 2 * MIB;
const BROKEN = /ECONNRESET|EPIPE/;

jest.setTimeout(120_000);

describe('direct uploads whose api is killed', () => {
  const bytes = Buffer.alloc(SIZE, 0xff);
  const piece = (number: number) => bytes.subarray((number - 1) * PART, number * PART);
  let hash: string;
  let platform: FilesPlatform;
  let uploads: DirectUploads;

  beforeAll(async () => {
    for (let at = 4; at < SIZE; at += 4) bytes.writeUInt32BE(at, at);
    hash = sha256(bytes);
    platform = await FilesPlatform.start();
    uploads = new DirectUploads(platform.url, platform.apiKey);
  });
  afterAll(() => platform?.stop());

  const halves = () => platform.stored().filter((path) => !/^files\/..\/..\//.test(path));
  const arrived = () => halves().reduce((sum, path) => sum + platform.sizeOf(path), 0);
  const served = async (url: string) => {
    const response = await fetch(url);
    return [response.status, sha256(Buffer.from(await response.arrayBuffer()))];
  };
  /** A worker sweeps when it starts. */
  const sweep = async () => {
    await platform.restartWorker();
    await eventually(
      () => halves().length === 0,
      15_000,
      () => `${halves().join()} did not go`,
    );
  };
  /** Sends so much of each, kills the server when that has come, and starts it again; what became of each. */
  const breakOff = async (puts: { url: string; body: Buffer; at: number }[]) => {
    const sending = puts.map(({ url, body, at }) => put(url, body, at));
    const sent = puts.reduce((sum, { at }) => sum + at, 0);
    await eventually(() => arrived() >= sent - puts.length * ON_THE_WAY);
    await platform.restartApi();
    return Promise.all(sending.map(({ answer }) => answer.catch(({ code }: NodeJS.ErrnoException) => code)));
  };

  it.each(KILLS)(
    `serve no half, leave none, and are taken again${'; %p tenths'.repeat(KILLS[0]!.length)}`,
    async (...tenths) => {
      const before = platform.stored().length;
      const singles = await Promise.all(tenths.map(() => uploads.single(SIZE)));
      const outcomes = await breakOff(
        singles.map(({ uploadUrl }, index) => ({
          url: uploadUrl,
          body: bytes,
          at: (tenths[index]! * SIZE) / 10,
        })),
      );
      for (const [index, { fileUrl, uploadUrl }] of singles.entries()) {
        const [status] = await served(fileUrl);
        // Of the whole file the answer may be lost, or the file.
        if (tenths[index]! < 10)
          expect([outcomes[index], status]).toEqual([expect.stringMatching(BROKEN), 404]);
        const again = await put(uploadUrl, bytes).answer;
        expect(again.status).toBe(status === 404 ? 200 : 409);
        expect(await served(fileUrl)).toEqual([200, hash]);
      }
      expect(halves()).not.toEqual([]);
      await sweep();
      expect(platform.stored()).toHaveLength(before + singles.length);
    },
  );

  it.each(KILLS.map((tenths) => tenths.at(-1)!))(
    'in part %p and right after it keep the parts that had come, and complete with them',
    async (part) => {
      const before = platform.stored().length;
      const upload = await uploads.multipart(SIZE);
      const parts: { partNumber: number; etag: string }[] = [];
      const send = async (partNumber: number) => {
        const answer = await put(await uploads.partUrl(upload, partNumber), piece(partNumber)).answer;
        expect(answer.status).toBe(200);
        parts.push({ partNumber, etag: answer.etag });
      };
      for (let number = 1; number < part; number += 1) await send(number);
      const url = await uploads.partUrl(upload, part);
      const [outcome] = await breakOff([{ url, body: piece(part), at: PART / 2 }]);
      expect(outcome).toMatch(BROKEN);
      await send(part);
      await platform.restartApi();
      for (let number = part + 1; number <= PARTS; number += 1) await send(number);
      expect((await served(upload.fileUrl))[0]).toBe(404);
      await uploads.complete(upload, parts);
      expect(await served(upload.fileUrl)).toEqual([200, hash]);
      expect(halves()).toHaveLength(1);
      await sweep();
      expect(platform.stored()).toHaveLength(before + 1);
    },
  );

  (process.env.KILL_AT ? it : it.skip)(
    'while the parts are joined are completed by the next who asks',
    async () => {
      const upload = await uploads.multipart(SIZE);
      const parts: { partNumber: number; etag: string }[] = [];
      for (let partNumber = 1; partNumber <= PARTS; partNumber += 1) {
        const { etag } = await put(await uploads.partUrl(upload, partNumber), piece(partNumber)).answer;
        parts.push({ partNumber, etag });
      }
      const first = uploads.complete(upload, parts).then(
        () => 'an answer',
        () => 'none',
      );
      await eventually(() => arrived() > 0);
      await platform.restartApi();
      expect(await first).toBe('none');
      expect((await served(upload.fileUrl))[0]).toBe(404);
      const again = await uploads.complete(upload, parts).catch((error: Error) => error.message);
      if (typeof again === 'string') {
        expect(again).toContain('409');
        await delay(15_000);
        await uploads.complete(upload, parts);
      }
      expect(await served(upload.fileUrl)).toEqual([200, hash]);
      await sweep();
    },
  );
});
