import { once } from 'node:events';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';

const TYPE = 'application/x-large';
const PIECE = 256 * 1024;

interface PutAnswer {
  status: number;
  etag: string;
  body: string;
}

export interface MultipartUpload {
  fileUrl: string;
  uploadId: string;
  uploadKey: string;
}

/** A client of the direct uploads that can stop in the middle of its bytes. */
export class DirectUploads {
  constructor(
    private readonly origin: string,
    private readonly apiKey: string,
  ) {}

  /** One of the routes, with its JSON. */
  private async call<Answer = Record<string, string>>(
    method: string,
    path: string,
    body?: object,
  ): Promise<Answer> {
    const response = await fetch(`${this.origin}/storage/upload/${path}`, {
      method,
      headers: { authorization: `Key ${this.apiKey}`, 'content-type': 'application/json' },
      body: body && JSON.stringify(body),
    });
    const answer = await response.text();
    if (!response.ok) throw new Error(`${path} answered ${response.status}: ${answer}`);
    return JSON.parse(answer || 'null') as Answer;
  }

  async single(size: number): Promise<{ uploadUrl: string; fileUrl: string }> {
    const { upload_url, file_url } = await this.call('POST', 'initiate', {
      file_name: 'large.bin',
      content_type: TYPE,
      size,
    });
    return { uploadUrl: upload_url ?? '', fileUrl: file_url ?? '' };
  }

  multipart(size: number): Promise<MultipartUpload> {
    const file = { file_name: 'large.bin', content_type: TYPE, size };
    return this.call('POST', 'initiate-multipart', file);
  }

  async partUrl({ uploadId, uploadKey }: MultipartUpload, partNumber: number): Promise<string> {
    const query = `uploadId=${uploadId}&uploadKey=${uploadKey}&partNumber=${partNumber}`;
    return (await this.call('GET', `multipart-url?${query}`)).presignedUrl ?? '';
  }

  complete({ uploadId, uploadKey }: MultipartUpload, parts: object[]): Promise<Record<string, string>> {
    return this.call('POST', 'complete', { uploadId, uploadKey, parts });
  }
}

/**
 * Sends a file or a part, up to `stopAt` and no further.
 * @returns the answer, which may come before the last byte is sent; a broken connection rejects
 */
export function put(url: string, bytes: Buffer, stopAt = Infinity): { answer: Promise<PutAnswer> } {
  const headers = { 'content-type': TYPE, 'content-length': bytes.length };
  const outgoing = httpRequest(url, { method: 'PUT', headers, agent: false });
  const received = async (): Promise<PutAnswer> => {
    const [response] = (await once(outgoing, 'response')) as [IncomingMessage];
    const etag = String(response.headers.etag ?? '').replaceAll('"', '');
    return { status: response.statusCode ?? 0, etag, body: await text(response) };
  };
  const send = async () => {
    for (let at = 0; at < Math.min(stopAt, bytes.length); at += PIECE) {
      if (!outgoing.write(bytes.subarray(at, at + PIECE))) await once(outgoing, 'drain');
    }
    if (stopAt >= bytes.length) outgoing.end();
  };
  const answer = received();
  answer.catch(() => undefined);
  // What breaks the sending is told by the answer.
  send().catch(() => undefined);
  return { answer };
}
