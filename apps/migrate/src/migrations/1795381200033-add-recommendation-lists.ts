import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The state of each curated list: which version it is, and who made it that. A list without a row is at version 0. */
export class AddRecommendationLists1795381200033 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      CREATE TABLE recommendation_lists (
        kind text NOT NULL,
        category text NOT NULL,
        version integer NOT NULL,
        changed_at timestamptz NOT NULL DEFAULT now(),
        changed_by uuid,
        CONSTRAINT pk_recommendation_lists PRIMARY KEY (kind, category),
        CONSTRAINT fk_recommendation_lists_changed_by FOREIGN KEY (changed_by) REFERENCES users (id) ON DELETE SET NULL
      );
      CREATE INDEX ix_recommendation_lists_changed_by ON recommendation_lists (changed_by);`);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('DROP TABLE recommendation_lists');
  }
}
