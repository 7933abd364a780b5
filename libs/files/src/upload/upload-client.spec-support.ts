import type { FilesBench } from '../files.spec-support.js';

/** What any of the routes answers, good or bad. */
interface Body {
  upload_url: string;
  file_url: string;
  fileUrl: string;
  uploadId: string;
  uploadKey: string;
  presignedUrl: string;
  expiresAt: string;
  details: { validationErrors: { path: string; message: string }[] };
}

interface Answer {
  status: number;
  body: Body;
}

export interface Started {
  fileUrl: string;
  uploadId: string;
  uploadKey: string;
}

export interface ClaimedPart {
  partNumber: number;
  etag: string;
}

/** A client of the direct uploads, as the published scheme has them. */
export class UploadClient {
  constructor(
    private readonly bench: FilesBench,
    private readonly key: string,
  ) {}

  async call(method: string, path: string, body?: unknown): Promise<Answer> {
    const response = await fetch(`${this.bench.origin}/storage/upload/${path}`, {
      method,
      headers: {
        authorization: `Key ${this.key}`,
        ...(body ? { 'content-type': 'application/json' } : {}),
      },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
    const text = await response.text();
    return { status: response.status, body: (text ? JSON.parse(text) : undefined) as Body };
  }

  async initiate(content_type: string, size?: number): Promise<{ upload_url: string; file_url: string }> {
    return (await this.call('POST', 'initiate', { file_name: 'a.bin', content_type, size })).body;
  }

  async put(url: string, body: string | Uint8Array<ArrayBuffer> | ReadableStream, contentType?: string) {
    const response = await fetch(url, {
      method: 'PUT',
      body,
      headers: contentType ? { 'content-type': contentType } : {},
      ...(body instanceof ReadableStream ? { duplex: 'half' } : {}),
    });
    return { status: response.status, etag: response.headers.get('etag'), body: await response.text() };
  }

  async start(size?: number): Promise<Started> {
    const file = { file_name: 'big.bin', content_type: 'a/b', size };
    return (await this.call('POST', 'initiate-multipart', file)).body;
  }

  partUrl({ uploadId, uploadKey }: Started, partNumber: number | string): Promise<Answer> {
    const query = `uploadId=${uploadId}&uploadKey=${uploadKey}&partNumber=${partNumber}`;
    return this.call('GET', `multipart-url?${query}`);
  }

  async putPart(upload: Started, partNumber: number, bytes: Buffer<ArrayBuffer>): Promise<ClaimedPart> {
    const { presignedUrl } = (await this.partUrl(upload, partNumber)).body;
    const { status, etag } = await this.put(presignedUrl, bytes);
    if (status !== 200 || !etag) throw new Error(`part ${partNumber}: ${status}`);
    return { partNumber, etag: etag.replaceAll('"', '') };
  }

  finish({ uploadId, uploadKey }: Started, parts: unknown): Promise<Answer> {
    return this.call('POST', 'complete', { uploadId, uploadKey, parts });
  }

  abort({ uploadId, uploadKey }: Started): Promise<Answer> {
    return this.call('POST', 'abort', { uploadId, uploadKey });
  }
}
