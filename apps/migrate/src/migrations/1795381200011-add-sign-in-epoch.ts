import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The number that ends everything a user is signed in with, by rising; see `User.signInEpoch`. */
export class AddSignInEpoch1795381200011 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE users ADD COLUMN sign_in_epoch integer NOT NULL DEFAULT 0');
    await runner.query('ALTER TABLE oauth_grants ADD COLUMN sign_in_epoch integer NOT NULL DEFAULT 0');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE oauth_grants DROP COLUMN sign_in_epoch');
    await runner.query('ALTER TABLE users DROP COLUMN sign_in_epoch');
  }
}
