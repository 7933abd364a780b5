import { Column, Entity, ForeignKey, PrimaryColumn } from 'typeorm';

/** When a user's turn was last, so that the next one goes to whoever waits longest for one. */
@Entity('inference_turns')
export class InferenceTurn {
  @PrimaryColumn({ type: 'uuid', name: 'user_id', primaryKeyConstraintName: 'pk_inference_turns' })
  @ForeignKey('users', { name: 'fk_inference_turns_user', onDelete: 'CASCADE' })
  userId!: string;

  @Column({ type: 'timestamptz', name: 'last_turn_at' })
  lastTurnAt!: Date;
}
