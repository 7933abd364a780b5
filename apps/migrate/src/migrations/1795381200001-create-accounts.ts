import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Users, their web sessions and their API keys. */
export class CreateAccounts1795381200001 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE users (
        id uuid NOT NULL DEFAULT gen_random_uuid(),
        email text NOT NULL,
        password_hash text NOT NULL,
        role text NOT NULL,
        disabled_at timestamptz,
        created_at timestamptz NOT NULL DEFAULT now(),
        CONSTRAINT pk_users PRIMARY KEY (id),
        CONSTRAINT ck_users_role CHECK (role IN ('admin', 'curator', 'user'))
      )`);
    await runner.query('CREATE UNIQUE INDEX ux_users_email ON users (email)');

    await runner.query(`
      CREATE TABLE web_sessions (
        sid_hash text NOT NULL,
        user_id uuid,
        data jsonb NOT NULL,
        expires_at timestamptz NOT NULL,
        created_at timestamptz NOT NULL DEFAULT now(),
        CONSTRAINT pk_web_sessions PRIMARY KEY (sid_hash),
        CONSTRAINT fk_web_sessions_user FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE
      )`);
    await runner.query('CREATE INDEX ix_web_sessions_user ON web_sessions (user_id)');
    await runner.query('CREATE INDEX ix_web_sessions_expires ON web_sessions (expires_at)');

    await runner.query(`
      CREATE TABLE api_keys (
        id uuid NOT NULL DEFAULT gen_random_uuid(),
        user_id uuid NOT NULL,
        name text NOT NULL,
        role text NOT NULL,
        key_hash text NOT NULL,
        hint text NOT NULL,
        last_used_at timestamptz,
        revoked_at timestamptz,
        created_at timestamptz NOT NULL DEFAULT now(),
        CONSTRAINT pk_api_keys PRIMARY KEY (id),
        CONSTRAINT fk_api_keys_user FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE,
        CONSTRAINT ck_api_keys_role CHECK (role IN ('admin', 'curator', 'user'))
      )`);
    await runner.query('CREATE UNIQUE INDEX ux_api_keys_hash ON api_keys (key_hash)');
    await runner.query('CREATE INDEX ix_api_keys_user ON api_keys (user_id)');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE api_keys');
    await runner.query('DROP TABLE web_sessions');
    await runner.query('DROP TABLE users');
  }
}
