import { toolBench } from '../../test/call-tool.js';
import { actor, storedFile } from '../../test/protocol-app.js';
import { uploadFileTool } from './upload-file.tool.js';
import { AppError } from '#libs/errors';

describe('upload_file', () => {
  it('stores the decoded bytes', async () => {
    const { services, call } = toolBench(uploadFileTool);
    const { structured } = await call({ base64: Buffer.from('hello').toString('base64'), fileName: 'a.txt' });
    expect(structured).toMatchObject({
      fileUrl: 'http://localhost/media/key.png',
      fileName: 'a.txt',
      size: 5,
    });
    expect(Object.keys(structured)).toEqual([
      'fileUrl',
      'fileName',
      'contentType',
      'size',
      'sha256',
      'expiresAt',
    ]);
    expect(services.ingest.ingest).not.toHaveBeenCalled();
  });

  it('believes the media type of a data URL unless told another', async () => {
    const { services, call } = toolBench(uploadFileTool);
    await call({ base64: 'data:image/webp;base64,AAAA' });
    await call({ base64: 'data:image/webp;base64,AAAA', contentType: 'image/gif' });
    expect(services.files.store.mock.calls.map(([, , meta]) => meta.contentType)).toEqual([
      'image/webp',
      'image/gif',
    ]);
  });

  it('fetches a URL and tells how far it is', async () => {
    const { services, progress, call } = toolBench(uploadFileTool);
    services.ingest.ingest.mockImplementationOnce(async (_actor, _url, _meta, { onProgress }) => {
      onProgress?.({ receivedBytes: 1_048_576, totalBytes: 4_194_304 });
      return storedFile({});
    });
    await call({ url: 'https://example.org/a.png', fileName: 'b.png' });
    expect(services.ingest.ingest).toHaveBeenCalledWith(
      actor,
      'https://example.org/a.png',
      { fileName: 'b.png' },
      expect.objectContaining({ signal: expect.any(AbortSignal) }),
    );
    expect(progress).toEqual([
      { message: 'Fetching the file' },
      { message: 'Fetched 1 MiB of 4 MiB', percent: 25 },
    ]);
  });

  it.each([
    [{}, 'is missing'],
    [{ base64: 'AAAA', url: 'https://example.org' }, 'is given beside the other'],
  ])('needs exactly one source: %j', async (args, message) => {
    const { call } = toolBench(uploadFileTool);
    const validationErrors = [
      { path: 'url', message },
      { path: 'base64', message },
    ];
    await expect(call(args)).rejects.toMatchObject({
      code: 'invalid_request',
      details: { validationErrors },
    });
  });

  it.each(['/home/me/cat.png', 'cat.png', 'file:///home/me/cat.png'])(
    'says for %s what can be given instead, and does not send the caller in a circle',
    async (url) => {
      const { services, call } = toolBench(uploadFileTool);
      services.ingest.ingest.mockRejectedValue(new AppError('blocked_url', 'Only http, not file.'));
      await expect(call({ url })).rejects.toMatchObject({
        message: expect.stringMatching(/[^:]\.$/),
        details: { nextStep: 'Give a public http(s) URL, or the bytes of the file as base64.' },
      });
    },
  );

  it('names the direct upload for a file over the cap, however it is found out', async () => {
    const { services, call } = toolBench(uploadFileTool);
    const refusal = {
      code: 'file_too_large',
      message: expect.stringContaining('exceeds the 200 MiB upload cap'),
      details: { nextStep: expect.stringContaining('POST /storage/upload/initiate-multipart') },
    };
    services.ingest.ingest.mockRejectedValueOnce(new AppError('file_too_large'));
    await expect(call({ url: 'https://example.org/big' })).rejects.toMatchObject(refusal);
  });
});
