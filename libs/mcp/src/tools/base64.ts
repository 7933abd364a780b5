import { setImmediate as nextTurn } from 'node:timers/promises';
import { AppError } from '#libs/errors';
import { mebibytes, overUploadCap } from './upload-cap.js';

/** Characters decoded at a time. A multiple of 4, so that each slice but the last is whole. */
const SLICE = 1024 * 1024;

/** `data:image/png;base64,`: tolerated, because assistants copy whole data URLs. */
const DATA_URL = /^\s*data:[^,]{0,200};base64,/i;

/**
 * Refuses what decodes to more than the cap, before a byte is decoded.
 * @throws AppError file_too_large
 */
export function assertBase64Size(base64: string, capBytes: number): void {
  // Whitespace is counted only where it decides: the argument may have 280 million characters.
  if (base64.length * 0.75 <= capBytes) return;
  const size = decodedSize(base64.slice(contentStart(base64)));
  if (size <= capBytes) return;
  // An extra byte must not read as "200 MiB exceeds the 200 MiB cap".
  const shown = mebibytes(size) === mebibytes(capBytes) ? `${size} bytes large` : mebibytes(size);
  throw overUploadCap(`The file is ${shown} and`, capBytes);
}

/**
 * The bytes of a base64 text (RFC 4648 §4, padding required, whitespace tolerated), slice by slice: the argument
 * is in memory once already, and the event loop gets its turn in between.
 * @throws AppError invalid_file when the text is not base64, or was cut off
 */
export async function* decodeBase64(base64: string): AsyncGenerator<Buffer> {
  let carried = '';
  for (let at = contentStart(base64); at < base64.length; at += SLICE) {
    const characters = carried + base64.slice(at, at + SLICE).replace(/\s+/g, '');
    const isLast = at + SLICE >= base64.length;
    // The last four may hold the padding, also when only whitespace follows: they wait for the end.
    const whole = isLast ? characters.length : Math.max(0, characters.length - (characters.length % 4 || 4));
    carried = characters.slice(whole);
    const chunk = characters.slice(0, whole);
    if (!isBase64(chunk, isLast)) throw notBase64(chunk);
    if (chunk.length > 0) yield Buffer.from(chunk, 'base64');
    await nextTurn();
  }
}

function contentStart(base64: string): number {
  return DATA_URL.exec(base64.slice(0, 256))?.[0].length ?? 0;
}

/** Padding may stand at the very end only. */
function isBase64(chunk: string, isLast: boolean): boolean {
  return chunk.length % 4 === 0 && (isLast ? /^[A-Za-z0-9+/]*={0,2}$/ : /^[A-Za-z0-9+/]*$/).test(chunk);
}

function notBase64(chunk: string): AppError {
  const stray = /[^A-Za-z0-9+/=]/.exec(chunk)?.[0];
  const reason = stray ? `has the character ${JSON.stringify(stray)}` : 'is cut off or has wrong padding';
  return new AppError('invalid_file', 'The argument is not base64.', {
    validationErrors: [{ path: 'base64', message: reason }],
    nextStep: 'Send the whole file in standard base64, or give a url instead.',
  });
}

function decodedSize(base64: string): number {
  let whitespace = 0;
  for (const match of base64.matchAll(/\s+/g)) whitespace += match[0].length;
  const padding = /(={0,2})\s*$/.exec(base64.slice(-8))?.[1]?.length ?? 0;
  return Math.floor(((base64.length - whitespace) / 4) * 3) - padding;
}
