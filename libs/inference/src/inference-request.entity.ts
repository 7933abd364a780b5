import { Check, Column, CreateDateColumn, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';
import type { Price } from '#libs/catalog';
import type { EngineProgress } from '#libs/engines';
import type { RequestMetadata } from './request-metadata.js';
import type { RequestStatus } from './request-status.js';
import type { RunPlan } from './run-plan.js';

/** Why a request failed, in words that its owner may read. */
export interface RequestError {
  /** A code of the error catalogue. */
  code: string;
  message: string;
}

/**
 * One run of a model: what was asked, where it stands, what came of it. This row is the truth about the request;
 * a queue entry is only a hint to look at it. Inputs and outputs are `json`, which keeps the order of their fields.
 */
@Entity('inference_requests')
@Check(
  'ck_inference_requests_status',
  `"status" IN ('IN_QUEUE', 'IN_PROGRESS', 'COMPLETED', 'FAILED', 'CANCELLED')`,
)
@Index('ix_inference_requests_user_created', ['userId', 'createdAt', 'id'])
@Index('ix_inference_requests_user_status', ['userId', 'status', 'createdAt', 'id'])
@Index('ix_inference_requests_user_endpoint', ['userId', 'endpoint', 'createdAt', 'id'])
@Index('ix_inference_requests_user_model', ['userId', 'modelEndpoint', 'createdAt', 'id'])
@Index('ix_inference_requests_created', ['createdAt', 'id'])
@Index('ix_inference_requests_unsuccessful', ['status', 'createdAt', 'id'], {
  where: `"status" IN ('FAILED', 'CANCELLED')`,
})
@Index('ix_inference_requests_metadata', ['metadata'], { type: 'gin' })
@Index('ix_inference_requests_unfinished', ['status', 'createdAt', 'id'], {
  where: `"status" IN ('IN_QUEUE', 'IN_PROGRESS')`,
})
@Index('ix_inference_requests_model_completed', ['modelEndpoint', 'completedAt'], {
  where: `"status" = 'COMPLETED'`,
})
@Index('ix_inference_requests_wrapper', ['wrapperId'], { where: '"wrapper_id" IS NOT NULL' })
@Index('ix_inference_requests_line', ['userId', 'precedence', 'createdAt', 'id'], {
  where: `"status" = 'IN_QUEUE'`,
})
@Index('uq_inference_requests_retry_key', ['userId', 'retryKey'], {
  unique: true,
  where: `"retry_key" IS NOT NULL AND "status" IN ('IN_QUEUE', 'IN_PROGRESS')`,
})
@Index('uq_inference_requests_idempotency_key', ['userId', 'idempotencyKey'], {
  unique: true,
  where: '"idempotency_key" IS NOT NULL',
})
export class InferenceRequest {
  /** 21-character nanoid. */
  @PrimaryColumn({ type: 'text', primaryKeyConstraintName: 'pk_inference_requests' })
  id!: string;

  @Column({ type: 'uuid', name: 'user_id' })
  @ForeignKey('users', { name: 'fk_inference_requests_user', onDelete: 'CASCADE' })
  userId!: string;

  /** The OAuth client that submitted it; null for a session or an API key. */
  @Column({ type: 'text', name: 'client_id', nullable: true })
  clientId!: string | null;

  /** As called: a model's or a wrapper's. */
  @Column({ type: 'text' })
  endpoint!: string;

  /** The base model that runs. Null once the model is gone from the catalogue; the endpoint stays. */
  @Column({ type: 'uuid', name: 'model_id', nullable: true })
  @ForeignKey('models', { name: 'fk_inference_requests_model', onDelete: 'SET NULL' })
  modelId!: string | null;

  @Column({ type: 'text', name: 'model_endpoint' })
  modelEndpoint!: string;

  @Column({ type: 'integer', name: 'model_version' })
  modelVersion!: number;

  @Column({ type: 'uuid', name: 'wrapper_id', nullable: true })
  @ForeignKey('wrappers', { name: 'fk_inference_requests_wrapper', onDelete: 'SET NULL' })
  wrapperId!: string | null;

  @Column({ type: 'text' })
  engine!: string;

  /** The caller's input, validated, defaults filled in. */
  @Column({ type: 'json' })
  input!: Record<string, unknown>;

  /** What the engine gets: the same for a model, the mapped one for a wrapper. */
  @Column({ type: 'json', name: 'model_input' })
  modelInput!: Record<string, unknown>;

  /** What the worker needs to run it, as it was at submission. Null once the request is terminal. */
  @Column({ type: 'json', name: 'run_plan', nullable: true })
  runPlan!: RunPlan | null;

  @Column({ type: 'text' })
  status!: RequestStatus;

  @Column({ type: 'jsonb', nullable: true })
  progress!: EngineProgress | null;

  @Column({ type: 'json', nullable: true })
  output!: Record<string, unknown> | null;

  @Column({ type: 'jsonb', nullable: true })
  error!: RequestError | null;

  /** The price as it was at submission. */
  @Column({ type: 'text', name: 'price_unit' })
  priceUnit!: Price['unit'];

  /** USD per unit. */
  @Column({ type: 'numeric', name: 'price_amount' })
  priceAmount!: string;

  /** Units used. Set for completed requests only, as `totalPrice`. */
  @Column({ type: 'numeric', nullable: true })
  quantity!: string | null;

  /** USD. */
  @Column({ type: 'numeric', name: 'total_price', nullable: true })
  totalPrice!: string | null;

  @Column({ type: 'jsonb', nullable: true })
  metadata!: RequestMetadata | null;

  @Column({ type: 'text', name: 'idempotency_key', nullable: true })
  idempotencyKey!: string | null;

  /** Fingerprint and time slot of a submission without a key: a blind retry collides with it while it is unfinished. */
  @Column({ type: 'text', name: 'retry_key', nullable: true })
  retryKey!: string | null;

  /** Lower goes first among the requests of the same user, and among them only: minus the priority asked for. */
  @Column({ type: 'smallint', default: 0 })
  precedence!: number;

  /** SHA-256 of the endpoint and the input as called. */
  @Column({ type: 'text', name: 'input_fingerprint' })
  inputFingerprint!: string;

  /** How often a worker has started it. */
  @Column({ type: 'integer', default: 0 })
  attempts!: number;

  /** How many of the attempts ended because their worker died. */
  @Column({ type: 'integer', name: 'lost_attempts', default: 0 })
  lostAttempts!: number;

  /** The worker of the latest attempt. */
  @Column({ type: 'text', nullable: true })
  worker!: string | null;

  /** Sign of life of the worker, while in progress. */
  @Column({ type: 'timestamptz', name: 'heartbeat_at', nullable: true })
  heartbeatAt!: Date | null;

  /** When it was last handed to the queue. Null: it is not there and has to be. */
  @Column({ type: 'timestamptz', name: 'enqueued_at', nullable: true })
  enqueuedAt!: Date | null;

  @CreateDateColumn({ type: 'timestamptz', name: 'created_at', default: () => 'now()' })
  createdAt!: Date;

  /** Start of the latest attempt. */
  @Column({ type: 'timestamptz', name: 'started_at', nullable: true })
  startedAt!: Date | null;

  /** When it reached its terminal status. */
  @Column({ type: 'timestamptz', name: 'completed_at', nullable: true })
  completedAt!: Date | null;

  /** Seconds that the engine ran. */
  @Column({ type: 'double precision', name: 'inference_seconds', nullable: true })
  inferenceSeconds!: number | null;
}
