import { Check, Column, CreateDateColumn, Entity, Index, PrimaryGeneratedColumn } from 'typeorm';

export type HostRule = 'allow' | 'deny';

/** An administrator's word on the applications whose documents are at one host, or below it. */
@Entity('oauth_client_host_rules')
@Check('ck_oauth_client_host_rules_rule', `rule IN ('allow', 'deny')`)
export class ClientHostRule {
  @PrimaryGeneratedColumn('uuid', { primaryKeyConstraintName: 'pk_oauth_client_host_rules' })
  id!: string;

  /** A host name in small letters, or `*.` and a domain for every host below it. */
  @Index('ux_oauth_client_host_rules_host', { unique: true })
  @Column({ type: 'text' })
  host!: string;

  @Column({ type: 'text' })
  rule!: HostRule;

  @CreateDateColumn({ name: 'created_at', type: 'timestamptz' })
  createdAt!: Date;
}
