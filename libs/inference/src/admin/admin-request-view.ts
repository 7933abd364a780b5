import type { EntryKind, Price } from '#libs/catalog';
import type { EngineProgress } from '#libs/engines';
import type { StoredFile } from '#libs/files';
import type { InferenceRequest, RequestError } from '../inference-request.entity.js';
import type { RequestMetadata } from '../request-metadata.js';
import type { RequestStatus } from '../request-status.js';

/** A request of any user, as administrators see it in a list. */
export interface RequestSummaryView {
  /** 21 characters. */
  id: string;
  userId: string;
  email: string;
  /** The protocol's `client_id`; null for a session or an API key. */
  clientId: string | null;
  /** As called. */
  endpoint: string;
  kind: EntryKind;
  /** The base model that runs: `endpoint` itself for a model. */
  modelEndpoint: string;
  status: RequestStatus;
  /** Why it failed; null unless FAILED. */
  error: RequestError | null;
  /** -10 to 10, among the requests of the same user. */
  priority: number;
  /** How often a worker started it. */
  attempts: number;
  /** How many of the attempts ended because their worker died. */
  lostAttempts: number;
  /** `host:process:nonce` of the latest attempt. */
  worker: string | null;
  /** The worker's last sign of life; null unless IN_PROGRESS. */
  heartbeatAt: Date | null;
  createdAt: Date;
  /** When it was last handed to the queue. Null: a sweep will. */
  enqueuedAt: Date | null;
  /** Start of the latest attempt. */
  startedAt: Date | null;
  /** When it reached its last status. */
  completedAt: Date | null;
  /** Seconds that the engine ran. */
  inferenceSeconds: number | null;
  /** As it was at submission; `quantity` and `totalUsd` for COMPLETED ones, nothing else is charged. Decimal strings. */
  price: Price & { quantity: string | null; totalUsd: string | null };
}

/** One request with all that is known of it. */
export interface RequestDetailView extends RequestSummaryView {
  engine: string;
  modelVersion: number;
  /** Null once the model is gone from the catalogue. */
  modelId: string | null;
  /** The wrapper that was called; its `id` is null once it is gone from the catalogue. */
  wrapper: { id: string | null; endpoint: string } | null;
  /** The caller's, with defaults filled in. */
  input: Record<string, unknown>;
  /** What the engine gets: the same for a model, the mapped one for a wrapper. */
  modelInput: Record<string, unknown>;
  output: Record<string, unknown> | null;
  progress: EngineProgress | null;
  metadata: RequestMetadata | null;
  /** Files of the output. */
  files: Pick<StoredFile, 'url' | 'fileName' | 'contentType' | 'size'>[];
}

const SUMMARY_COLUMNS = [
  'id',
  'userId',
  'clientId',
  'endpoint',
  'modelEndpoint',
  'status',
  'error',
  'precedence',
  'attempts',
  'lostAttempts',
  'worker',
  'heartbeatAt',
  'createdAt',
  'enqueuedAt',
  'startedAt',
  'completedAt',
  'inferenceSeconds',
  'priceUnit',
  'priceAmount',
  'quantity',
  'totalPrice',
] as const satisfies readonly (keyof InferenceRequest)[];

const DETAIL_COLUMNS = [
  ...SUMMARY_COLUMNS,
  'engine',
  'modelVersion',
  'modelId',
  'wrapperId',
  'input',
  'modelInput',
  'output',
  'progress',
  'metadata',
] as const satisfies readonly (keyof InferenceRequest)[];

/** What a view is made of; the address comes from the user. A list leaves inputs and outputs in the table. */
export type SummaryRow = Pick<InferenceRequest, (typeof SUMMARY_COLUMNS)[number]> & { email: string };
export type DetailRow = Pick<InferenceRequest, (typeof DETAIL_COLUMNS)[number]> & { email: string };

const snakeCase = (name: string) => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
const selected = (columns: readonly string[]) =>
  [...columns.map((name) => `r.${snakeCase(name)} AS "${name}"`), 'u.email'].join(', ');

export const SUMMARY_SELECT = selected(SUMMARY_COLUMNS);
export const DETAIL_SELECT = selected(DETAIL_COLUMNS);

export function toSummaryView(row: SummaryRow): RequestSummaryView {
  const { id, userId, email, clientId, endpoint, modelEndpoint, status, error, attempts, lostAttempts } = row;
  const { worker, heartbeatAt, createdAt, enqueuedAt, startedAt, completedAt, inferenceSeconds } = row;
  return {
    id,
    userId,
    email,
    clientId,
    endpoint,
    kind: endpoint === modelEndpoint ? 'model' : 'wrapper',
    modelEndpoint,
    status,
    error,
    priority: 0 - row.precedence,
    attempts,
    lostAttempts,
    worker,
    heartbeatAt,
    createdAt,
    enqueuedAt,
    startedAt,
    completedAt,
    inferenceSeconds,
    price: {
      unit: row.priceUnit,
      amountUsd: row.priceAmount,
      quantity: row.quantity,
      totalUsd: row.totalPrice,
    },
  };
}

export function toDetailView(row: DetailRow, files: StoredFile[]): RequestDetailView {
  const { engine, modelVersion, modelId, input, modelInput, output, progress, metadata } = row;
  const summary = toSummaryView(row);
  return {
    ...summary,
    engine,
    modelVersion,
    modelId,
    wrapper: summary.kind === 'wrapper' ? { id: row.wrapperId, endpoint: row.endpoint } : null,
    input,
    modelInput,
    output,
    progress,
    metadata,
    files: files.map(({ url, fileName, contentType, size }) => ({ url, fileName, contentType, size })),
  };
}
