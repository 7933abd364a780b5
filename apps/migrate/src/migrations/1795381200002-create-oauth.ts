import type { MigrationInterface, QueryRunner } from 'typeorm';

const CLIENTS = `
  CREATE TABLE oauth_clients (
    id uuid NOT NULL DEFAULT gen_random_uuid(),
    client_id text NOT NULL,
    kind text NOT NULL,
    name text,
    redirect_uris text[] NOT NULL,
    grant_types text[] NOT NULL,
    token_endpoint_auth_method text NOT NULL,
    secret_hash text,
    scope text NOT NULL,
    extra jsonb NOT NULL DEFAULT '{}',
    created_at timestamptz NOT NULL DEFAULT now(),
    last_used_at timestamptz,
    disabled_at timestamptz,
    CONSTRAINT pk_oauth_clients PRIMARY KEY (id),
    CONSTRAINT ck_oauth_clients_kind CHECK (kind IN ('dynamic', 'metadata', 'static'))
  );
  CREATE UNIQUE INDEX ux_oauth_clients_client_id ON oauth_clients (client_id);
  CREATE INDEX ix_oauth_clients_last_used ON oauth_clients (last_used_at);`;

const AUTHORIZATION_REQUESTS = `
  CREATE TABLE oauth_authorization_requests (
    id uuid NOT NULL DEFAULT gen_random_uuid(),
    client_id uuid NOT NULL,
    browser_hash text NOT NULL,
    redirect_uri text NOT NULL,
    state text,
    scopes text[] NOT NULL,
    resource text NOT NULL,
    code_challenge text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz NOT NULL,
    decided_at timestamptz,
    CONSTRAINT pk_oauth_authorization_requests PRIMARY KEY (id),
    CONSTRAINT fk_oauth_authorization_requests_client FOREIGN KEY (client_id)
      REFERENCES oauth_clients (id) ON DELETE CASCADE
  );
  CREATE INDEX ix_oauth_authorization_requests_client ON oauth_authorization_requests (client_id);
  CREATE INDEX ix_oauth_authorization_requests_expires ON oauth_authorization_requests (expires_at);`;

const GRANTS = `
  CREATE TABLE oauth_grants (
    id uuid NOT NULL DEFAULT gen_random_uuid(),
    user_id uuid NOT NULL,
    client_id uuid NOT NULL,
    scopes text[] NOT NULL,
    resource text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz NOT NULL,
    last_used_at timestamptz,
    revoked_at timestamptz,
    revoked_reason text,
    CONSTRAINT pk_oauth_grants PRIMARY KEY (id),
    CONSTRAINT fk_oauth_grants_user FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE,
    CONSTRAINT fk_oauth_grants_client FOREIGN KEY (client_id) REFERENCES oauth_clients (id) ON DELETE CASCADE
  );
  CREATE INDEX ix_oauth_grants_user ON oauth_grants (user_id);
  CREATE INDEX ix_oauth_grants_client ON oauth_grants (client_id);
  CREATE INDEX ix_oauth_grants_expires ON oauth_grants (expires_at);`;

const AUTHORIZATION_CODES = `
  CREATE TABLE oauth_authorization_codes (
    id uuid NOT NULL DEFAULT gen_random_uuid(),
    code_hash text NOT NULL,
    grant_id uuid NOT NULL,
    redirect_uri text NOT NULL,
    code_challenge text,
    created_at timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz NOT NULL,
    consumed_at timestamptz,
    CONSTRAINT pk_oauth_authorization_codes PRIMARY KEY (id),
    CONSTRAINT fk_oauth_authorization_codes_grant FOREIGN KEY (grant_id) REFERENCES oauth_grants (id) ON DELETE CASCADE
  );
  CREATE UNIQUE INDEX ux_oauth_authorization_codes_hash ON oauth_authorization_codes (code_hash);
  CREATE INDEX ix_oauth_authorization_codes_grant ON oauth_authorization_codes (grant_id);
  CREATE INDEX ix_oauth_authorization_codes_expires ON oauth_authorization_codes (expires_at);`;

const REFRESH_TOKENS = `
  CREATE TABLE oauth_refresh_tokens (
    id uuid NOT NULL DEFAULT gen_random_uuid(),
    token_hash text NOT NULL,
    grant_id uuid NOT NULL,
    parent_id uuid,
    created_at timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz NOT NULL,
    consumed_at timestamptz,
    superseded_at timestamptz,
    CONSTRAINT pk_oauth_refresh_tokens PRIMARY KEY (id),
    CONSTRAINT fk_oauth_refresh_tokens_grant FOREIGN KEY (grant_id) REFERENCES oauth_grants (id) ON DELETE CASCADE,
    CONSTRAINT fk_oauth_refresh_tokens_parent FOREIGN KEY (parent_id)
      REFERENCES oauth_refresh_tokens (id) ON DELETE SET NULL
  );
  CREATE UNIQUE INDEX ux_oauth_refresh_tokens_hash ON oauth_refresh_tokens (token_hash);
  CREATE INDEX ix_oauth_refresh_tokens_grant ON oauth_refresh_tokens (grant_id);
  CREATE INDEX ix_oauth_refresh_tokens_parent ON oauth_refresh_tokens (parent_id);
  CREATE INDEX ix_oauth_refresh_tokens_expires ON oauth_refresh_tokens (expires_at);`;

const ACCESS_TOKENS = `
  CREATE TABLE oauth_access_tokens (
    id uuid NOT NULL DEFAULT gen_random_uuid(),
    token_hash text NOT NULL,
    grant_id uuid NOT NULL,
    refresh_token_id uuid,
    scopes text[] NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz NOT NULL,
    first_used_at timestamptz,
    revoked_at timestamptz,
    CONSTRAINT pk_oauth_access_tokens PRIMARY KEY (id),
    CONSTRAINT fk_oauth_access_tokens_grant FOREIGN KEY (grant_id) REFERENCES oauth_grants (id) ON DELETE CASCADE,
    CONSTRAINT fk_oauth_access_tokens_refresh_token FOREIGN KEY (refresh_token_id)
      REFERENCES oauth_refresh_tokens (id) ON DELETE SET NULL
  );
  CREATE UNIQUE INDEX ux_oauth_access_tokens_hash ON oauth_access_tokens (token_hash);
  CREATE INDEX ix_oauth_access_tokens_grant ON oauth_access_tokens (grant_id);
  CREATE INDEX ix_oauth_access_tokens_refresh_token ON oauth_access_tokens (refresh_token_id);
  CREATE INDEX ix_oauth_access_tokens_expires ON oauth_access_tokens (expires_at);`;

/** The authorization server: clients, what users granted them, and the hashes of what was issued. */
export class CreateOauth1795381200002 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    for (const statements of [
      CLIENTS,
      AUTHORIZATION_REQUESTS,
      GRANTS,
      AUTHORIZATION_CODES,
      REFRESH_TOKENS,
      ACCESS_TOKENS,
    ]) {
      await runner.query(statements);
    }
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const table of [
      'oauth_access_tokens',
      'oauth_refresh_tokens',
      'oauth_authorization_codes',
      'oauth_grants',
      'oauth_authorization_requests',
      'oauth_clients',
    ]) {
      await runner.query(`DROP TABLE ${table}`);
    }
  }
}
