/**
 * Turns apps/ and libs/ into dist/, which mirrors their folders: TypeScript becomes ESM, everything else that stands
 * under a src/ folder is copied. It checks no types; `npm run typecheck` does.
 *
 *   node scripts/build.mjs              builds everything anew
 *   node scripts/build.mjs --if-stale   builds what has changed since the last build, in a moment
 */
import { Buffer } from 'node:buffer';
import { createHash } from 'node:crypto';
import { copyFile, mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { performance } from 'node:perf_hooks';

const ROOT = dirname(import.meta.dirname);
const DIST = join(ROOT, 'dist');
/** What the last build was made from: path → size and time of change. */
const MANIFEST = join(DIST, '.build.json');
const NOT_SHIPPED =
  /\.(spec|spec-support|e2e-spec)\.ts$|\.d\.ts$|(^|\/)(README\.md|tsconfig\.json|\.DS_Store)$/;

const sourceFolders = async () => {
  const folders = [];
  for (const group of ['apps', 'libs']) {
    for (const name of await readdir(join(ROOT, group)).catch(() => []))
      folders.push(join(ROOT, group, name, 'src'));
  }
  return folders;
};

/** @returns {Promise<Map<string, string>>} every source by its path from the root, with what tells a change */
async function findSources() {
  const sources = new Map();
  for (const folder of await sourceFolders()) {
    const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
    await Promise.all(
      entries.map(async (entry) => {
        const path = relative(ROOT, join(entry.parentPath ?? entry.path, entry.name));
        if (!entry.isFile() || NOT_SHIPPED.test(path)) return;
        const { size, mtimeMs } = await stat(join(ROOT, path));
        sources.set(path, `${size} ${mtimeMs}`);
      }),
    );
  }
  return sources;
}

/** Changes when the way of building does, or what is built against. */
async function recipe() {
  const parts = await Promise.all(
    ['.swcrc', 'scripts/build.mjs', 'package-lock.json'].map((file) => readFile(join(ROOT, file))),
  );
  return createHash('sha256').update(Buffer.concat(parts)).digest('hex');
}

const outputOf = (path) => path.replace(/\.ts$/, '.js');

async function buildOne(path, swc) {
  const target = join(DIST, outputOf(path));
  await mkdir(dirname(target), { recursive: true });
  if (!path.endsWith('.ts')) return await copyFile(join(ROOT, path), target);
  const { code, map } = await swc.transformFile(join(ROOT, path), {
    cwd: ROOT,
    swcrc: true,
    sourceFileName: relative(dirname(target), join(ROOT, path)),
    outputPath: target,
  });
  const name = target.slice(target.lastIndexOf('/') + 1);
  await writeFile(`${target}.map`, map);
  await writeFile(target, `${code}\n//# sourceMappingURL=${name}.map\n`);
}

/** @returns undefined when the development packages are not installed */
async function loadSwc() {
  return await import('@swc/core').catch(() => undefined);
}

/** Removes what no source stands behind any more. */
async function prune(paths) {
  const wanted = new Set(paths.flatMap((path) => [outputOf(path), `${outputOf(path)}.map`]));
  for (const entry of await readdir(DIST, { recursive: true, withFileTypes: true })) {
    const path = relative(DIST, join(entry.parentPath ?? entry.path, entry.name));
    if (entry.isFile() && !wanted.has(path) && !path.startsWith('.'))
      await rm(join(DIST, path), { force: true });
  }
}

async function build({ onlyChanged }) {
  const [sources, key] = await Promise.all([findSources(), recipe()]);
  const last = onlyChanged ? await readFile(MANIFEST, 'utf8').then(JSON.parse, () => ({})) : {};
  const known = last.key === key ? last.sources : {};
  const changed = [...sources].filter(([path, state]) => known[path] !== state).map(([path]) => path);
  const gone = Object.keys(known).filter((path) => !sources.has(path));
  if (changed.length + gone.length === 0) return;

  const started = performance.now();
  const swc = await loadSwc();
  if (swc === undefined) {
    if (onlyChanged && last.key !== undefined) return; // An installation for production, built elsewhere.
    throw new Error('The build tools are not installed. Run npm ci --include=dev first.');
  }
  const results = await Promise.allSettled(changed.map((path) => buildOne(path, swc)));
  const failures = results.filter((result) => result.status === 'rejected');
  if (failures.length > 0) throw new Error(failures.map((failure) => failure.reason.message).join('\n\n'));
  await prune([...sources.keys()]);
  await writeFile(
    `${MANIFEST}.${process.pid}`,
    JSON.stringify({ key, sources: Object.fromEntries(sources) }),
  );
  await rename(`${MANIFEST}.${process.pid}`, MANIFEST);
  console.log(`Built ${changed.length} files in ${((performance.now() - started) / 1000).toFixed(1)} s.`);
}

try {
  await build({ onlyChanged: process.argv.includes('--if-stale') });
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
}
