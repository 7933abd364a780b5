import { schemas } from '#libs/http';
import { REQUEST_STATUSES } from '../request-status.js';
import type { RequestDetailView, RequestSummaryView } from './admin-request-view.js';

const { count, decimal, object, orNull, text, time, uuid } = schemas;

const SUMMARY_FIELDS = {
  id: schemas.like('V1StGXR8_Z5jdHi6B-myT'),
  userId: uuid,
  email: schemas.email,
  clientId: orNull(text),
  endpoint: schemas.like('acme/remove-background'),
  kind: schemas.oneOf(['model', 'wrapper']),
  modelEndpoint: schemas.like('acme/remove-background'),
  status: schemas.oneOf(REQUEST_STATUSES),
  error: orNull(
    schemas.view<NonNullable<RequestSummaryView['error']>>('RequestError', { code: text, message: text }),
  ),
  priority: schemas.integer,
  attempts: count,
  lostAttempts: count,
  worker: orNull(schemas.like('worker-1:4711:Uakgb_')),
  heartbeatAt: orNull(time),
  createdAt: time,
  enqueuedAt: orNull(time),
  startedAt: orNull(time),
  completedAt: orNull(time),
  inferenceSeconds: orNull(schemas.number),
  price: schemas.view<RequestSummaryView['price']>('RequestPrice', {
    unit: schemas.like('request'),
    amountUsd: decimal,
    quantity: orNull(decimal),
    totalUsd: orNull(decimal),
  }),
};

const WRAPPER = schemas.view<NonNullable<RequestDetailView['wrapper']>>('CalledWrapper', {
  id: orNull(uuid),
  endpoint: text,
});
const FILE = schemas.view<RequestDetailView['files'][number]>('OutputFile', {
  url: text,
  fileName: text,
  contentType: schemas.like('image/png'),
  size: count,
});

export const REQUEST_SUMMARY_SCHEMA = schemas.view<RequestSummaryView>('RequestSummary', SUMMARY_FIELDS);
export const REQUEST_SCHEMA = schemas.view<RequestDetailView>('Request', {
  ...SUMMARY_FIELDS,
  engine: schemas.like('local'),
  modelVersion: count,
  modelId: orNull(uuid),
  wrapper: orNull(WRAPPER),
  input: object,
  modelInput: object,
  output: orNull(object),
  progress: orNull(object),
  metadata: orNull(object),
  files: schemas.listOf(FILE),
});
