/** `npm start`: builds what has changed, then runs the platform in this very process, so that signals need no relay. */
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const [major, minor] = process.versions.node.split('.').map(Number);
if (major < 20 || (major === 20 && minor < 19)) {
  console.error(`ModelRunner needs Node.js 20.19 or later; this is ${process.version}.`);
  process.exit(1);
}
try {
  // In a process of its own: the compiler's memory goes away with it.
  execFileSync(process.execPath, [join(import.meta.dirname, 'build.mjs'), '--if-stale'], {
    stdio: 'inherit',
  });
} catch {
  process.exit(1);
}
await import(pathToFileURL(join(import.meta.dirname, '../dist/apps/standalone/src/main.js')).href);
