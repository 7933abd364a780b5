import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What was seeded, by name, with the fingerprint of its content: the same content is not applied twice. */
export class CreateSeeds1795381200007 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE seeds (
        name text CONSTRAINT pk_seeds PRIMARY KEY,
        fingerprint text NOT NULL,
        applied_at timestamptz NOT NULL DEFAULT now()
      )`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE seeds');
  }
}
