import {
  Column,
  CreateDateColumn,
  Entity,
  ForeignKey,
  Index,
  PrimaryGeneratedColumn,
  Unique,
  UpdateDateColumn,
} from 'typeorm';
import type { Category, EntryKind, EntryStatus, Example, JsonSchema, Visibility } from '../catalog.types.js';

/**
 * What models and wrappers have in common, and the one namespace of `owner/alias` over both. A row of `models` or
 * `wrappers` with the same id holds the rest. Lists and search read this table alone.
 */
@Entity('catalog_entries')
@Unique('uq_catalog_entries_endpoint', ['owner', 'alias'])
@Unique('uq_catalog_entries_number', ['number'])
@Index('ix_catalog_entries_alias', ['alias'])
@Index('ix_catalog_entries_name', { synchronize: false })
@Index('ix_catalog_entries_alias_trigrams', { synchronize: false })
@Index('ix_catalog_entries_names', { synchronize: false })
export class CatalogEntry {
  @PrimaryGeneratedColumn('uuid', { primaryKeyConstraintName: 'pk_catalog_entries' })
  id!: string;

  @Column({ type: 'text' })
  kind!: EntryKind;

  /** First half of the endpoint: a namespace, not a user. */
  @Column({ type: 'text' })
  owner!: string;

  @Column({ type: 'text' })
  alias!: string;

  /** The user who may see it while private or draft. Null: this installation itself. */
  @Column({ type: 'uuid', name: 'owner_id', nullable: true })
  @ForeignKey('users', { name: 'fk_catalog_entries_owner', onDelete: 'SET NULL' })
  @Index('ix_catalog_entries_owner')
  ownerId!: string | null;

  @Column({ type: 'text' })
  name!: string;

  @Column({ type: 'text' })
  category!: Category;

  /** The field's name for what it does, such as `image-to-image`. */
  @Column({ type: 'text' })
  task!: string;

  @Column({ type: 'text' })
  summary!: string;

  /** Markdown. */
  @Column({ type: 'text' })
  description!: string;

  @Column({ type: 'text', name: 'thumbnail_url', nullable: true })
  thumbnailUrl!: string | null;

  /** `json`, not `jsonb`, which would lose the order in which the author names the fields. */
  @Column({ type: 'json', name: 'input_schema' })
  inputSchema!: JsonSchema;

  @Column({ type: 'json' })
  examples!: Example[];

  @Column({ type: 'text', default: 'private' })
  visibility!: Visibility;

  @Column({ type: 'text', default: 'draft' })
  status!: EntryStatus;

  /** Goes up with every change; requests and compiled schemas refer to it. */
  @Column({ type: 'integer', default: 1 })
  version!: number;

  @CreateDateColumn({ type: 'timestamptz', name: 'created_at', default: () => 'now()' })
  createdAt!: Date;

  @UpdateDateColumn({ type: 'timestamptz', name: 'updated_at', default: () => 'now()' })
  updatedAt!: Date;

  /** Counted up from 0 in the order of creation, by a trigger: the entry's name in the search index. */
  @Column({ type: 'integer', select: false, insert: false, update: false })
  number?: number;

  /** Weighted words for full-text search, filled by a trigger. */
  @Column({ type: 'tsvector', name: 'search_document', select: false, insert: false, update: false })
  searchDocument?: string;
}
