import type { Client } from 'pg';
import { type AppConfig, ConfigError, loadConfig, warnOfMisspeltSettings } from '#libs/config';
import { toAppError } from '#libs/errors';
import { exclusively } from './exclusive-session.js';
import { MigrateError } from './migrate-error.js';
import { isReleaseApplied, markReleaseApplied, releaseFingerprint } from './release-marker.js';
import type { FirstAdmin } from './seed/seeder.service.js';

/**
 * `npm run migrate`, and a step of `npm start`: brings the schema up to date, then the catalogue that this release
 * ships, and makes the first administrator. Running it again changes nothing.
 */
try {
  if (!process.send) warnOfMisspeltSettings();
  const config = loadConfig();
  const { DATABASE_URL } = config;
  if (DATABASE_URL === undefined) {
    throw new MigrateError('DATABASE_URL is not set. (npm start prepares the embedded database by itself.)');
  }
  const fingerprint = await releaseFingerprint(config);
  await exclusively(DATABASE_URL, async (client) => {
    if (await isReleaseApplied(client, fingerprint)) return;
    await applyRelease({ ...config, DATABASE_URL }, client);
    await markReleaseApplied(client, fingerprint);
  });
  log('The database is up to date.');
  process.exit(0);
} catch (error) {
  explain(error);
  process.exit(1);
}

/** Loads what it needs only now: most starts have nothing to apply. */
async function applyRelease(config: AppConfig & { DATABASE_URL: string }, client: Client): Promise<void> {
  const [{ runMigrations }, { seed }] = await Promise.all([
    import('./run-migrations.js'),
    import('./seed/seed.js'),
  ]);
  const applied = await runMigrations(config);
  if (applied.length > 0) log(`Applied ${applied.join(', ')}.`);
  await seed(config, client, announce);
}

function explain(error: unknown): void {
  if (error instanceof MigrateError || error instanceof ConfigError) return console.error(error.message);
  console.error(error);
  // A card that the catalogue refuses: every reason, which the console would cut short.
  for (const { path, message } of toAppError(error).details.validationErrors ?? [])
    console.error(`  ${path}: ${message}`);
}

/** Progress is for the terminal; a parent process prints its own. */
function log(line: string): void {
  if (!process.send) console.log(line);
}

/** To the parent when there is one, which prints it where it is seen; else to the terminal. */
function announce(admin: FirstAdmin): void {
  const password = admin.password ? `${admin.password} (shown only this once)` : 'from ADMIN_PASSWORD';
  const how =
    admin.password === null ? 'to sign in with the identity provider' : `with the password ${password}`;
  if (process.send) process.send({ type: 'admin', admin });
  else log(`Administrator ${admin.email} made, ${how}.`);
}
