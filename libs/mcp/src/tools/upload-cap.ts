import type { AppConfig } from '#libs/config';
import { AppError } from '#libs/errors';

const MEBIBYTE = 1024 * 1024;

/** `209715200` → `200 MiB`; at most one decimal. */
export function mebibytes(bytes: number): string {
  return `${Number((bytes / MEBIBYTE).toFixed(1))} MiB`;
}

/** The refusal of a file over the cap, with the way that has none. */
function overUploadCap(file: string, capBytes: number): AppError {
  return new AppError('file_too_large', `${file} exceeds the ${mebibytes(capBytes)} upload cap.`, {
    nextStep: 'Use the direct multipart upload instead: POST /storage/upload/initiate-multipart.',
  });
}

/** @throws AppError file_too_large */
export function assertUnderCap(size: number, capBytes: number): void {
  if (size <= capBytes) return;
  // An extra byte must not read as "200 MiB exceeds the 200 MiB cap".
  const shown = mebibytes(size) === mebibytes(capBytes) ? `${size} bytes large` : mebibytes(size);
  throw overUploadCap(`The file is ${shown} and`, capBytes);
}

/** Says the cap and the way out for a file that turned out too large only while it arrived. */
export async function withUploadAdvice<Result>(
  { MAX_FILE_BYTES }: Pick<AppConfig, 'MAX_FILE_BYTES'>,
  storing: Promise<Result>,
): Promise<Result> {
  try {
    return await storing;
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== 'file_too_large') throw error;
    throw error.message.includes('upload cap') ? error : overUploadCap('The file', MAX_FILE_BYTES);
  }
}
