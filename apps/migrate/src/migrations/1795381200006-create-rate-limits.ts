import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The table in the shape that `rate-limiter-flexible` expects; only that library reads and writes it. */
export class CreateRateLimits1795381200006 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE rate_limits (
        key varchar(255) PRIMARY KEY,
        points integer NOT NULL DEFAULT 0,
        expire bigint
      )`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE rate_limits');
  }
}
