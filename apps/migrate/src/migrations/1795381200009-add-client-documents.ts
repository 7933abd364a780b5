import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Clients that describe themselves in a document on the web, and the hosts that an admin lets do so. */
export class AddClientDocuments1795381200009 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE oauth_clients
        ADD COLUMN document_fetched_at timestamptz,
        ADD COLUMN document_expires_at timestamptz`);
    await runner.query(`
      CREATE TABLE oauth_client_host_rules (
        id uuid NOT NULL DEFAULT gen_random_uuid(),
        host text NOT NULL,
        rule text NOT NULL,
        created_at timestamptz NOT NULL DEFAULT now(),
        CONSTRAINT pk_oauth_client_host_rules PRIMARY KEY (id),
        CONSTRAINT ck_oauth_client_host_rules_rule CHECK (rule IN ('allow', 'deny'))
      )`);
    await runner.query(
      'CREATE UNIQUE INDEX ux_oauth_client_host_rules_host ON oauth_client_host_rules (host)',
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE oauth_client_host_rules');
    await runner.query(
      'ALTER TABLE oauth_clients DROP COLUMN document_fetched_at, DROP COLUMN document_expires_at',
    );
  }
}
