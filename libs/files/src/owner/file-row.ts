import { day } from '#libs/pages';
import { formatBytes } from '../content/byte-size.js';
import type { OwnFileView, StorageUsageView } from './own-files.dto.js';

/** Pictures that every browser shows. */
const SHOWN = /^image\/(png|jpeg|webp|gif|avif)$/;
/** A page of larger ones would load for minutes: they have no small version. */
const LARGEST_SHOWN_BYTES = 5 * 1024 * 1024;

/** One file, in the words of the page. */
export function fileRow(file: OwnFileView) {
  const { pathname } = new URL(file.fileUrl);
  return {
    id: file.id,
    path: pathname,
    address: file.fileUrl,
    picture: SHOWN.test(file.contentType) && file.size <= LARGEST_SHOWN_BYTES,
    kind: file.contentType.split('/')[0],
    name: file.fileName,
    size: formatBytes(file.size),
    contentType: file.contentType,
    requestId: file.requestId,
    made: day(new Date(file.createdAt)),
    expires: file.expiresAt === null ? null : day(new Date(file.expiresAt)),
  };
}

/** `3 files, 1.2 MiB of 20 GiB` */
export function usageText({ files, bytes, maxBytes }: StorageUsageView): string {
  const limit = maxBytes === null ? '' : ` of the ${formatBytes(maxBytes)} that you may store`;
  return `${files} ${files === 1 ? 'file' : 'files'}, ${formatBytes(bytes)}${limit}.`;
}
