import { Inject, Injectable } from '@nestjs/common';
import { APP_CONFIG, type AppConfig } from '#libs/config';
import { AppError } from '#libs/errors';
import { assertFetchableUrl } from '#libs/outbound';
import { FilesService } from '../records/files.service.js';
import { guardedFetch, type RemoteFile } from './guarded-fetch.js';
import { ownMediaKey } from '../media/media-url.js';
import { UploadedFiles } from '../upload/uploaded-files.service.js';

/** Opens the file behind a caller's URL: this server's own from the storage, all others over the guarded network. */
@Injectable()
export class UrlSource {
  constructor(
    @Inject(APP_CONFIG) private readonly config: AppConfig,
    private readonly files: FilesService,
    private readonly uploaded: UploadedFiles,
  ) {}

  /**
   * Refuses early what {@link open} would refuse in any case. No I/O.
   * @throws AppError `blocked_url`, `invalid_input`
   */
  assertFetchable(url: string): void {
    if (ownMediaKey(url, this.config) === null) assertFetchableUrl(url, this.config.ALLOW_PRIVATE_URLS);
  }

  /** @throws AppError `blocked_url`, `unreachable_url`, `invalid_input`, `cancelled` */
  async open(url: string, signal: AbortSignal): Promise<RemoteFile> {
    const key = ownMediaKey(url, this.config);
    if (key === null) return guardedFetch(url, { allowPrivate: this.config.ALLOW_PRIVATE_URLS, signal });
    const file = await this.uploaded.find(key);
    if (!file) throw new AppError('unreachable_url', `${url} does not exist on this server, or has expired.`);
    return {
      stream: await this.files.open(file),
      contentType: file.contentType,
      contentLength: file.size,
      fileName: file.fileName,
    };
  }
}
