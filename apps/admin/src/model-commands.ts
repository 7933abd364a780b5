import { createReadStream } from 'node:fs';
import type { Readable } from 'node:stream';
import { type CatalogImporter, readDefinitions } from '#libs/catalog';
import { AppError } from '#libs/errors';
import type { Command } from './command-line.js';
import type { CommandResult } from './command-result.js';

/** `models import FILE`, `wrappers import FILE`: a JSON array, an object that has one, or JSON lines; `-` is stdin. */
export async function runImportCommand(
  importer: CatalogImporter,
  { name, file, flags }: Command,
): Promise<CommandResult> {
  const source = file === '-' ? process.stdin : createReadStream(file);
  const report =
    name === 'models import'
      ? await importer.importModels(null, readDefinitions(bytesOf(source, file), 'models'), {
          ip: null,
          origin: 'operator',
          force: flags.force,
        })
      : await importer.importWrappers(null, readDefinitions(bytesOf(source, file), 'wrappers'));
  const { created, updated, unchanged } = report;
  const changed = report.rows.filter(({ outcome }) => outcome !== 'unchanged');
  return {
    rows: report.rows,
    lines: [
      ...changed.map(({ endpoint, outcome, version }) => `${outcome}  ${endpoint}  version ${version}`),
      `${created} created, ${updated} updated, ${unchanged} unchanged.`,
    ],
  };
}

async function* bytesOf(source: Readable, file: string): AsyncGenerator<Buffer> {
  try {
    yield* source as AsyncIterable<Buffer>;
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const why = code === 'ENOENT' ? 'there is no such file' : message;
    throw new AppError('invalid_request', `${file} cannot be read: ${why}.`);
  }
}
