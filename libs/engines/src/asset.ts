import { existsSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';

const SCHEME = 'asset:';
const HERE = dirname(fileURLToPath(import.meta.url));

/**
 * Finds the file behind an `asset:` name of a model card.
 * @returns its absolute path, or undefined when the value is no such name
 */
export function resolveAsset(value: unknown): string | undefined {
  if (typeof value !== 'string' || !value.startsWith(SCHEME)) return undefined;
  const name = normalize(value.slice(SCHEME.length));
  if (!/^(samples|local)\//.test(name)) throw new Error(`${value} names no file of samples/ or local/.`);
  const path = name.startsWith('samples/') ? join(repositoryRoot(), name) : join(HERE, name);
  if (!existsSync(path)) throw new Error(`There is no file for ${value} at ${path}.`);
  return path;
}

/** The folder that holds package.json: further up from `dist` than from the source. */
function repositoryRoot(): string {
  let folder = HERE;
  while (!existsSync(join(folder, 'package.json'))) {
    const parent = dirname(folder);
    if (parent === folder) throw new Error(`No package.json above ${HERE}.`);
    folder = parent;
  }
  return folder;
}
