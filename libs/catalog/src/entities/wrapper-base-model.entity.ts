import { Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';
import type { FieldMappings } from '../catalog.types.js';
import { Model } from './model.entity.js';
import { Wrapper } from './wrapper.entity.js';

/** One model that a wrapper can run on, and how the wrapper's input becomes the model's. */
@Entity('wrapper_base_models')
export class WrapperBaseModel {
  @PrimaryColumn({ type: 'uuid', name: 'wrapper_id', primaryKeyConstraintName: 'pk_wrapper_base_models' })
  @ForeignKey(() => Wrapper, { name: 'fk_wrapper_base_models_wrapper', onDelete: 'CASCADE' })
  wrapperId!: string;

  @PrimaryColumn({ type: 'uuid', name: 'model_id', primaryKeyConstraintName: 'pk_wrapper_base_models' })
  @ForeignKey(() => Model, { name: 'fk_wrapper_base_models_model', onDelete: 'RESTRICT' })
  @Index('ix_wrapper_base_models_model')
  modelId!: string;

  /** Order in which the wrapper names them. */
  @Column({ type: 'integer' })
  position!: number;

  /** The model's field that takes the rendered prompt. Null: it takes none. */
  @Column({ type: 'text', name: 'prompt_field', nullable: true })
  promptField!: string | null;

  @Column({ type: 'jsonb', name: 'field_mappings' })
  fieldMappings!: FieldMappings;
}
