import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Client } from 'pg';
import type { AppConfig } from '#libs/config';

/** Written by the build: it names every source with its size and time. */
const BUILD_MANIFEST = join(import.meta.dirname, '../../../.build.json');
const MARKER = 'release';
const UNDEFINED_TABLE = '42P01';

/**
 * Stands for all that preparing the database depends on: this very build, and the settings that end up in rows.
 * Most starts find it in the database already and need not load the platform to learn that nothing is to be done.
 * @returns undefined when this was not built by the build script, so that nothing can be told
 */
export async function releaseFingerprint(config: AppConfig): Promise<string | undefined> {
  const manifest = await readFile(BUILD_MANIFEST).catch(() => undefined);
  if (manifest === undefined) return undefined;
  const { issuer, ADMIN_EMAIL, REDIS_URL } = config;
  const settings = JSON.stringify([issuer, ADMIN_EMAIL, REDIS_URL !== undefined]);
  return createHash('sha256').update(manifest).update(settings).digest('hex');
}

export async function isReleaseApplied(client: Client, fingerprint: string | undefined): Promise<boolean> {
  return fingerprint !== undefined && (await readMarker(client, MARKER)) === fingerprint;
}

export async function markReleaseApplied(client: Client, fingerprint: string | undefined): Promise<void> {
  if (fingerprint !== undefined) await writeMarker(client, MARKER, fingerprint);
}

/** @returns the fingerprint of what was applied last under this name */
export async function readMarker(client: Client, name: string): Promise<string | undefined> {
  try {
    const { rows } = await client.query<{ fingerprint: string }>(
      'SELECT fingerprint FROM seeds WHERE name = $1',
      [name],
    );
    return rows[0]?.fingerprint;
  } catch (error) {
    if ((error as { code?: string }).code === UNDEFINED_TABLE) return undefined;
    throw error;
  }
}

export async function writeMarker(client: Client, name: string, fingerprint: string): Promise<void> {
  await client.query(
    `INSERT INTO seeds (name, fingerprint) VALUES ($1, $2)
     ON CONFLICT (name) DO UPDATE SET fingerprint = EXCLUDED.fingerprint, applied_at = now()`,
    [name, fingerprint],
  );
}
