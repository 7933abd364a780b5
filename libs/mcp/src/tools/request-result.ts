import type { RequestView } from '#libs/inference';
import type { FileLink } from './tool.js';

/** What a request shows to an assistant; whatever else the view has (files, logs) stays inside. */
const SHOWN = [
  'requestId',
  'endpoint',
  'status',
  'output',
  'expiresAt',
  'note',
  'error',
  'pricing',
  'totalPrice',
  'queuePosition',
  'progress',
  'metadata',
  'createdAt',
  'startedAt',
  'completedAt',
  'inferenceSeconds',
] as const satisfies readonly (keyof RequestView)[];

/** The result of get_request. Fields without a value are left out: an object schema does not take null. */
export function requestResult(request: RequestView): Record<string, unknown> {
  const shown = SHOWN.map((name) => [name, request[name]] as const);
  return Object.fromEntries(shown.filter(([, value]) => value !== undefined && value !== null));
}

/** The files that the model made. */
export function requestLinks(request: RequestView): FileLink[] {
  return request.files;
}
