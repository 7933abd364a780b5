import type { EntryKind, Price } from '#libs/catalog';
import type { EngineProgress } from '#libs/engines';
import type { StoredFile } from '#libs/files';
import type { InferenceRequest, RequestError } from './inference-request.entity.js';
import type { RequestMetadata } from './request-metadata.js';
import type { RequestStatus } from './request-status.js';

/** A file of an output, as its owner may fetch it. */
type OutputFileView = Pick<StoredFile, 'url' | 'fileName' | 'contentType' | 'size' | 'expiresAt'>;

/** What the owner of a request sees of it. Times are ISO 8601 UTC, money is USD in decimal strings. */
export interface RequestView {
  requestId: string;
  /** As called. */
  endpoint: string;
  kind: EntryKind;
  /** The base model that runs: `endpoint` itself for a model. */
  modelEndpoint: string;
  status: RequestStatus;
  /** Only when COMPLETED. A file that is gone is null in it, and `note` says so. */
  output?: Record<string, unknown>;
  /** When the first of the output's files is deleted. */
  expiresAt?: string;
  /** What there is to know beside the output. */
  note?: string;
  /** Only when FAILED. */
  error?: RequestError;
  /** The price as it was at submission; `quantity` once it is charged. */
  pricing: Price & { quantity?: string };
  /** Only when COMPLETED: nothing else is charged. */
  totalPrice?: string;
  /** From 1. Only when IN_QUEUE. */
  queuePosition?: number;
  progress?: EngineProgress;
  metadata?: RequestMetadata;
  createdAt: string;
  startedAt?: string;
  completedAt?: string;
  inferenceSeconds?: number;
  /** Every file that the output names and that is still there. */
  files: OutputFileView[];
}

/** The columns that a view is made of; a list leaves the inputs in the table. */
export const VIEW_COLUMNS = [
  'id',
  'endpoint',
  'modelEndpoint',
  'status',
  'output',
  'error',
  'priceUnit',
  'priceAmount',
  'quantity',
  'totalPrice',
  'progress',
  'metadata',
  'createdAt',
  'startedAt',
  'completedAt',
  'inferenceSeconds',
] as const satisfies readonly (keyof InferenceRequest)[];

export type ViewRow = Pick<InferenceRequest, (typeof VIEW_COLUMNS)[number]>;

export function toRequestView(
  row: ViewRow,
  queuePosition: number | undefined,
  files: StoredFile[],
): RequestView {
  const expiresAt = firstExpiry(files);
  return {
    requestId: row.id,
    endpoint: row.endpoint,
    kind: row.endpoint === row.modelEndpoint ? 'model' : 'wrapper',
    modelEndpoint: row.modelEndpoint,
    status: row.status,
    ...(row.output && { output: row.output }),
    ...(expiresAt && { expiresAt }),
    ...(row.error && { error: row.error }),
    pricing: {
      unit: row.priceUnit,
      amountUsd: row.priceAmount,
      ...(row.quantity !== null && { quantity: row.quantity }),
    },
    ...(row.totalPrice !== null && { totalPrice: row.totalPrice }),
    ...(row.status === 'IN_QUEUE' && queuePosition !== undefined && { queuePosition }),
    ...(row.progress && { progress: row.progress }),
    ...(row.metadata && { metadata: row.metadata }),
    createdAt: row.createdAt.toISOString(),
    ...(row.startedAt && { startedAt: row.startedAt.toISOString() }),
    ...(row.completedAt && { completedAt: row.completedAt.toISOString() }),
    ...(row.inferenceSeconds !== null && { inferenceSeconds: row.inferenceSeconds }),
    files: files.map(({ url, fileName, contentType, size, expiresAt: expires }) => ({
      url,
      fileName,
      contentType,
      size,
      expiresAt: expires,
    })),
  };
}

function firstExpiry(files: StoredFile[]): string | undefined {
  if (files.length === 0) return undefined;
  return new Date(Math.min(...files.map(({ expiresAt }) => expiresAt.getTime()))).toISOString();
}
