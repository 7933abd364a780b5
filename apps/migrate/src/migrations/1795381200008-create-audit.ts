import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The audit trail. The trigger holds for the owner of the table, too: only dropping it can undo a record. */
export class CreateAudit1795381200008 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE audit_records (
        id bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT pk_audit_records PRIMARY KEY,
        created_at timestamptz NOT NULL DEFAULT now(),
        type text NOT NULL,
        actor_id uuid,
        user_id uuid,
        client_id text,
        grant_id uuid,
        ip text,
        details jsonb NOT NULL DEFAULT '{}'
      )`);
    await runner.query('CREATE INDEX ix_audit_records_user ON audit_records (user_id, id)');
    await runner.query('CREATE INDEX ix_audit_records_client ON audit_records (client_id, id)');
    await runner.query('CREATE INDEX ix_audit_records_type ON audit_records (type, id)');
    await runner.query(`
      CREATE FUNCTION refuse_audit_change() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        RAISE EXCEPTION 'audit records are append-only';
      END $$`);
    await runner.query(`
      CREATE TRIGGER audit_records_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_records
      FOR EACH STATEMENT EXECUTE FUNCTION refuse_audit_change()`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE audit_records');
    await runner.query('DROP FUNCTION refuse_audit_change()');
  }
}
