import { Column, Entity, ForeignKey, PrimaryColumn } from 'typeorm';
import type { JsonObject, JsonSchema, PriceUnit } from '../catalog.types.js';
import { CatalogEntry } from './catalog-entry.entity.js';

/** The part of a catalogue entry that only a model has. */
@Entity('models')
export class Model {
  @PrimaryColumn({ type: 'uuid', primaryKeyConstraintName: 'pk_models' })
  @ForeignKey(() => CatalogEntry, { name: 'fk_models_entry', onDelete: 'CASCADE' })
  id!: string;

  @Column({ type: 'json', name: 'output_schema' })
  outputSchema!: JsonSchema;

  @Column({ type: 'text', name: 'price_unit' })
  priceUnit!: PriceUnit;

  /** USD, as PostgreSQL's decimal text. */
  @Column({ type: 'numeric', name: 'price_amount', precision: 14, scale: 6 })
  priceAmount!: string;

  /** How long a usual run takes, in seconds. */
  @Column({ type: 'double precision', name: 'typical_seconds', nullable: true })
  typicalSeconds!: number | null;

  /** So many of its requests run at once, over all workers; null for as many as there is room for. */
  @Column({ type: 'integer', name: 'max_concurrency', nullable: true })
  maxConcurrency!: number | null;

  /** Name of the engine that runs it. */
  @Column({ type: 'text' })
  engine!: string;

  /** Handed to the engine as it stands; never shown to callers. */
  @Column({ type: 'jsonb', name: 'engine_settings' })
  engineSettings!: JsonObject;
}
