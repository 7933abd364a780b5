import { Readable } from 'node:stream';
import { DataSource } from 'typeorm';
import type { Actor } from '#libs/accounts';
import { type FilesBench, startFilesBench } from '../files.spec-support.js';
import { FilesService } from '../records/files.service.js';
import { FOR_EVER } from '../records/for-ever.js';
import { PendingFile } from '../records/pending-file.entity.js';
import { STORAGE, type StorageAdapter } from '../storage/storage.port.js';
import type { OwnFileView } from './own-files.dto.js';

describe('the files of a user over REST', () => {
  let bench: FilesBench;
  let ann: { actor: Actor; key: string };
  let bob: { actor: Actor; key: string };

  beforeAll(async () => {
    bench = await startFilesBench({ MAX_STORED_BYTES_PER_USER: '1000' });
    ann = await bench.newActor();
    bob = await bench.newActor();
  }, 60_000);
  afterAll(() => bench.stop());

  const store = (text: string, meta = {}) =>
    bench.app.get(FilesService).store(ann.actor, Readable.from([Buffer.from(text)]), meta);
  const call = async (key: string, path: string, method = 'GET') => {
    const response = await fetch(`${bench.origin}/storage/${path}`, {
      method,
      headers: { authorization: `Bearer ${key}` },
    });
    const text = await response.text();
    return { status: response.status, body: (text ? JSON.parse(text) : null) as { items: OwnFileView[] } };
  };

  it('are listed to their owner alone, the newest first, with what is used', async () => {
    const older = await store('uploaded', { fileName: 'a.txt', contentType: 'text/plain' });
    const newer = await store('made', { requestId: 'r1' });
    await store('expired', { expiresAt: new Date(Date.now() - 1) });
    const { body } = await call(ann.key, 'files');
    expect(body).toMatchObject({ page: 1, limit: 50, total: 2 });
    expect(body.items.map(({ id, requestId }) => [id, requestId])).toEqual([
      [newer.id, 'r1'],
      [older.id, null],
    ]);
    expect(body.items[1]).toEqual({
      id: older.id,
      fileUrl: older.url,
      fileName: 'a.txt',
      contentType: 'text/plain',
      size: 8,
      sha256: older.sha256,
      requestId: null,
      createdAt: expect.stringMatching(/Z$/),
      expiresAt: older.expiresAt.toISOString(),
    });
    expect((await call(bob.key, 'files')).body.items).toEqual([]);
    expect((await call('mrk_nonsense', 'files')).status).toBe(401);
    expect((await call(ann.key, 'usage')).body).toEqual({
      files: 3,
      bytes: 19,
      maxFiles: 100_000,
      maxBytes: 1000,
    });
  });

  it('are deleted by their owner alone, by id or key, for good, and the trail tells of it', async () => {
    const [byId, byKey] = [await store('by id'), await store('by key')];
    for (const path of [`files/${byId.id}`, `files/${byKey.key}`, 'files/nothing']) {
      expect((await call(bob.key, path, 'DELETE')).status).toBe(404);
    }
    const before = await bench.storedPaths();
    expect((await call(ann.key, `files/${byId.id}`, 'DELETE')).status).toBe(204);
    expect((await call(ann.key, `files/${byKey.key}`, 'DELETE')).status).toBe(204);
    expect((await call(ann.key, `files/${byId.id}`, 'DELETE')).status).toBe(404);
    expect((await fetch(byId.url)).status).toBe(404);
    expect(await bench.storedPaths()).toHaveLength(before.length - 2);
    const trail = await bench.app
      .get(DataSource)
      .query<object[]>(
        `SELECT actor_id, ip, details FROM audit_records WHERE type = 'file.deleted' ORDER BY id`,
      );
    expect(trail).toMatchObject([
      { actor_id: ann.actor.userId, ip: '127.0.0.1', details: { fileId: byId.id, size: 5 } },
      { details: { fileId: byKey.id } },
    ]);
  });

  it('stay, and say so, where the catalogue shows them', async () => {
    const kept = await store('shown', { expiresAt: FOR_EVER });
    const { body } = await call(ann.key, 'files');
    expect(body.items.find(({ id }) => id === kept.id)?.expiresAt).toBeNull();
    for (const name of [kept.id, kept.url.split('/').at(-1)])
      expect((await call(ann.key, `files/${name}`, 'DELETE')).status).toBe(409);
    expect((await call(bob.key, `files/${kept.id}`, 'DELETE')).status).toBe(404);
    expect((await fetch(kept.url)).status).toBe(200);
    await bench.app.get(FilesService).deleteById(kept.id);
  });

  it('are gone for everyone although the storage is away, and the sweep finishes', async () => {
    const file = await store('stubborn');
    const storage = bench.app.get<StorageAdapter>(STORAGE);
    const away = jest.spyOn(storage, 'delete').mockRejectedValue(new Error('the storage is away'));
    const before = await bench.storedPaths();
    expect((await call(ann.key, `files/${file.id}`, 'DELETE')).status).toBe(204);
    away.mockRestore();
    expect((await fetch(file.url)).status).toBe(404);
    expect(await bench.storedPaths()).toEqual(before);
    await bench.app.get(FilesService).deleteAbandoned(10);
    expect(await bench.storedPaths()).toHaveLength(before.length - 1);
    expect(await bench.app.get(DataSource).manager.count(PendingFile)).toBe(0);
  });
});
