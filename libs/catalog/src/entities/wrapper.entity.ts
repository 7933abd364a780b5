import { Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';
import type { TemplateContext } from '../catalog.types.js';
import { CatalogEntry } from './catalog-entry.entity.js';
import { Model } from './model.entity.js';

/** The part of a catalogue entry that only a wrapper has. */
@Entity('wrappers')
export class Wrapper {
  @PrimaryColumn({ type: 'uuid', primaryKeyConstraintName: 'pk_wrappers' })
  @ForeignKey(() => CatalogEntry, { name: 'fk_wrappers_entry', onDelete: 'CASCADE' })
  id!: string;

  /** Handlebars, at most 50 KB. Empty where no base model takes a prompt. */
  @Column({ type: 'text', name: 'prompt_template' })
  promptTemplate!: string;

  @Column({ type: 'jsonb', name: 'template_context' })
  templateContext!: TemplateContext;

  @Column({ type: 'uuid', name: 'default_base_model_id' })
  @ForeignKey(() => Model, { name: 'fk_wrappers_default_base_model', onDelete: 'RESTRICT' })
  @Index('ix_wrappers_default_base_model')
  defaultBaseModelId!: string;
}
