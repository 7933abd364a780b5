/*
 * npm run bench              every bench/*.bench.mjs, a table, and bench/results.md
 * npm run bench -- guard     those with "guard" in their name; the table only
 */
import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pinLoad } from './support/cores.mjs';
import { openDatabase } from './support/database.mjs';
import { renderMarkdown, renderText } from './support/report.mjs';

const filter = process.argv[2] ?? '';
const files = (await readdir(import.meta.dirname))
  .filter((file) => file.endsWith('.bench.mjs') && file.includes(filter))
  .sort();

pinLoad();
const sections = [];
const database = await openDatabase();
for (const signal of ['SIGINT', 'SIGTERM']) {
  process.once(signal, () => void database.close().finally(() => process.exit(130)));
}
try {
  for (const file of files) {
    const { title, run } = await import(join(import.meta.dirname, file));
    console.log(`${title} …`);
    const lines = await run({ database, log: (line) => console.log(`  ${line}`) });
    sections.push({ title, lines });
  }
} finally {
  await database.close();
}
const lines = sections.flatMap((section) => section.lines);
console.log(`\n${renderText(lines)}`);
if (filter === '') {
  await writeFile(join(import.meta.dirname, 'results.md'), renderMarkdown(sections, database.version));
}
process.exitCode = lines.some(({ reached }) => reached === false) ? 1 : 0;
