import 'reflect-metadata';
import { NestFactory } from '@nestjs/core';
import type { Client } from 'pg';
import type { AppConfig } from '#libs/config';
import { readMarker, writeMarker } from '../release-marker.js';
import { fingerprintOf, loadSeedContent } from './seed-content.js';
import { SeedModule } from './seed.module.js';
import { type FirstAdmin, Seeder } from './seeder.service.js';

const MARKER = 'catalog';

/**
 * Makes the first administrator, and applies the catalogue of this release when it is not the one that was applied
 * last: what operators changed since then stays as it is until a release brings something else.
 * @param client a connection that holds the migration lock
 * @param onAdmin told at once, so that a generated password is not lost when something fails afterwards
 */
export async function seed(
  config: AppConfig,
  client: Client,
  onAdmin: (admin: FirstAdmin) => void,
): Promise<void> {
  const content = await loadSeedContent();
  const fingerprint = fingerprintOf(content, config.issuer);
  const app = await NestFactory.createApplicationContext(SeedModule.forRoot(config), {
    logger: ['error', 'warn'],
    abortOnError: false,
  });
  try {
    const seeder = app.get(Seeder);
    const admin = await seeder.ensureAdmin();
    if (admin) onAdmin(admin);
    if ((await readMarker(client, MARKER)) === fingerprint) return;
    await seeder.applyCatalog(content);
    await writeMarker(client, MARKER, fingerprint);
  } finally {
    await app.close();
  }
}
