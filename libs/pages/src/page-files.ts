import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const CONTENT_TYPES: Record<string, string> = {
  css: 'text/css; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  svg: 'image/svg+xml',
};

/** A file that pages load. */
export interface Asset {
  body: Buffer;
  contentType: string;
  /** Names this version; part of its URL. */
  version: string;
}

/** The files of `<folder>/assets`, by name; none when there is no such folder. */
export function readAssets(folder: URL): [string, Asset][] {
  return readFiles(new URL('./assets/', folder)).map(([name, body]) => {
    const contentType = CONTENT_TYPES[name.split('.').at(-1) ?? ''] ?? 'application/octet-stream';
    const version = createHash('sha256').update(body).digest('hex').slice(0, 12);
    return [name, { body, contentType, version }];
  });
}

/** The sources of `<folder>/templates/*.hbs`, by name without the ending. */
export function readTemplates(folder: URL): [string, string][] {
  return readFiles(new URL('./templates/', folder)).map(([file, body]) => [
    file.replace(/\.hbs$/, ''),
    body.toString('utf8'),
  ]);
}

function readFiles(folder: URL): [string, Buffer][] {
  const path = fileURLToPath(folder);
  if (!existsSync(path)) return [];
  return readdirSync(path).map((name) => [name, readFileSync(`${path}${name}`)]);
}
