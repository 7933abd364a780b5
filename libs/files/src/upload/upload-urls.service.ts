import { hkdfSync, randomBytes } from 'node:crypto';
import { Inject, Injectable, Logger } from '@nestjs/common';
import { APP_CONFIG, type AppConfig } from '#libs/config';
import { AppError } from '#libs/errors';
import { URL_LIFETIME_MS } from './upload-rules.js';
import { isSignatureValid, signUpload, type UploadGrant } from './upload-signature.js';

/** The query of a signed URL, as it came in. */
export type SignedQuery = Partial<
  Record<'content_type' | 'size' | 'upload_id' | 'expires' | 'signature', string>
>;

/** Makes and checks the signed URLs of direct uploads. */
@Injectable()
export class UploadUrls {
  private key?: Buffer;

  constructor(@Inject(APP_CONFIG) private readonly config: AppConfig) {}

  /** For one PUT of the whole file. */
  file(key: string, contentType: string, size: number | null): string {
    const grant: UploadGrant = { method: 'PUT', key, contentType, size, expires: inAnHour(), part: null };
    return this.url(`/storage/upload/${key}`, grant, {
      content_type: contentType,
      ...(size === null ? {} : { size: String(size) }),
    });
  }

  /** For one PUT of one part. */
  part(key: string, uploadId: string, number: number): string {
    const part = { uploadId, number };
    const grant: UploadGrant = {
      method: 'PUT',
      key,
      contentType: null,
      size: null,
      expires: inAnHour(),
      part,
    };
    return this.url(`/storage/upload/${key}/parts/${number}`, grant, { upload_id: uploadId });
  }

  /**
   * What the URL of an incoming PUT allows.
   * @param partNumber the path's; undefined on the route for whole files
   * @throws AppError `forbidden` when the signature does not fit, or its time is over
   */
  verify(key: string, partNumber: string | undefined, query: SignedQuery): UploadGrant {
    const grant: UploadGrant = {
      method: 'PUT',
      key,
      contentType: query.content_type ?? null,
      size: query.size === undefined ? null : Number(query.size),
      expires: Number(query.expires),
      part: partNumber === undefined ? null : { uploadId: query.upload_id ?? '', number: Number(partNumber) },
    };
    if (!isSignatureValid(this.secret, grant, query.signature ?? '')) {
      throw new AppError('forbidden', 'The signature of this upload URL is not valid.');
    }
    if (grant.expires * 1_000 < Date.now()) {
      throw new AppError('forbidden', 'This upload URL has expired.', {
        nextStep: 'Initiate the upload again.',
      });
    }
    return grant;
  }

  /** Made at the first need: processes that sign nothing need no SECRET_KEY. */
  private get secret(): Buffer {
    if (!this.key && !this.config.SECRET_KEY) {
      new Logger(UploadUrls.name).warn('SECRET_KEY is not set: upload URLs end with this process');
    }
    const secret = this.config.SECRET_KEY ?? randomBytes(32);
    this.key ??= Buffer.from(hkdfSync('sha256', secret, '', 'modelrunner upload url', 32));
    return this.key;
  }

  private url(path: string, grant: UploadGrant, query: Record<string, string>): string {
    const signature = signUpload(this.secret, grant);
    const search = new URLSearchParams({ ...query, expires: String(grant.expires), signature });
    return `${this.config.issuer}${path}?${search.toString()}`;
  }
}

function inAnHour(): number {
  return Math.floor((Date.now() + URL_LIFETIME_MS) / 1_000);
}
