import type { Actor } from '#libs/accounts';
import { AppError } from '#libs/errors';
import type { StoredFile } from '#libs/files';
import { decodeBase64 } from '../spool/base64-decoder.js';
import { assertUnderCap, mebibytes, withUploadAdvice } from './upload-cap.js';
import { text } from './schemas.js';
import { ADDS, type Tool, type ToolContext } from './tool.js';

interface UploadFileArguments {
  base64?: string;
  url?: string;
  fileName?: string;
  contentType?: string;
}

export const uploadFileTool: Tool<UploadFileArguments> = {
  name: 'upload_file',
  title: 'Upload file',
  description:
    'Store a file (≤200 MiB) and get a fileUrl for the input of run_model. Prefer url; base64 only under 10 kB.',
  annotations: { ...ADDS, openWorldHint: true },
  inputSchema: {
    type: 'object',
    properties: { url: text, base64: text, fileName: text, contentType: text },
  },
  outputSchema: { type: 'object', properties: { fileUrl: text }, required: ['fileUrl'] },
  long: true,
  fileArgument: 'base64',
  handler: async (actor, args, context) => {
    const file = await withUploadAdvice(context.services.config, store(actor, args, context));
    const { url: fileUrl, fileName, contentType, size, sha256 } = file;
    const expiresAt = file.expiresAt.toISOString();
    return { structured: { fileUrl, fileName, contentType, size, sha256, expiresAt } };
  },
};

/** @throws AppError invalid_request unless exactly one source is given */
function store(actor: Actor, args: UploadFileArguments, context: ToolContext): Promise<StoredFile> {
  const { base64, url, ...meta } = args;
  if (base64 !== undefined && url === undefined) return storeBase64(actor, base64, meta, context);
  if (url !== undefined && base64 === undefined) return ingest(actor, url, meta, context);
  throw new AppError('invalid_request', 'Exactly one of url and base64 is needed.', {
    validationErrors: ['url', 'base64'].map((path) => ({
      path,
      message: base64 === undefined ? 'is missing' : 'is given beside the other',
    })),
    nextStep: 'Give a url where there is one, else base64.',
  });
}

async function storeBase64(
  actor: Actor,
  base64: string,
  meta: { fileName?: string; contentType?: string },
  { services, signal, spooled }: ToolContext,
): Promise<StoredFile> {
  const argument = spooled(base64);
  if (argument) assertUnderCap(argument.size, services.config.MAX_FILE_BYTES);
  const { bytes, contentType } = argument
    ? { bytes: await argument.open(), contentType: argument.contentType }
    : decodeBase64(base64);
  // Whoever reads the bytes hears of it; nobody may be reading them yet.
  bytes.on('error', () => undefined);
  const stop = (): void => void bytes.destroy(new AppError('cancelled'));
  signal.addEventListener('abort', stop, { once: true });
  try {
    return await services.files.store(actor, bytes, {
      ...meta,
      contentType: meta.contentType ?? contentType,
    });
  } finally {
    signal.removeEventListener('abort', stop);
  }
}

/** @throws AppError invalid_request for what is no URL, such as a path on the client's machine */
async function ingest(
  actor: Actor,
  url: string,
  meta: { fileName?: string; contentType?: string },
  context: ToolContext,
): Promise<StoredFile> {
  if (!URL.canParse(url)) throw notFetchable(new AppError('invalid_request', 'The url is not a URL.'));
  context.report({ message: 'Fetching the file' });
  const fetching = context.services.ingest.ingest(actor, url, meta, {
    signal: context.signal,
    onProgress: ({ receivedBytes, totalBytes }) =>
      context.report({
        message: `Fetched ${mebibytes(receivedBytes)}${totalBytes ? ` of ${mebibytes(totalBytes)}` : ''}`,
        percent: totalBytes ? (100 * receivedBytes) / totalBytes : undefined,
      }),
  });
  return fetching.catch((error: unknown) => {
    throw error instanceof AppError && error.code === 'blocked_url' ? notFetchable(error) : error;
  });
}

/** The advice for inputs of models, "upload it with upload_file", leads nowhere from here. */
function notFetchable({ code, message, details }: AppError): AppError {
  const nextStep = 'Give a public http(s) URL, or the bytes of the file as base64.';
  return new AppError(code, message, { ...details, nextStep });
}
