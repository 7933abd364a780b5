import { readFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { join } from 'node:path';
import { pinned } from './cores.mjs';

const COLUMNS = ['what', 'ours', 'compared with', 'it', 'ratio', 'spread', 'target', ''];

/**
 * One line of the table.
 *
 * @typedef {object} Line
 * @property {string} what
 * @property {string} ours
 * @property {string} [baseline] what it is compared with
 * @property {string} [theirs] its value
 * @property {string} [ratio]
 * @property {string} [spread] of the runs
 * @property {string} [target]
 * @property {boolean} [reached] absent: there is no target
 */

/** @param {Line[]} lines */
function rows(lines) {
  return lines.map((line) => [
    line.what,
    line.ours,
    line.baseline ?? '',
    line.theirs ?? '',
    line.ratio ?? '',
    line.spread ?? '',
    line.target ?? '',
    line.reached === undefined ? '' : line.reached ? 'reached' : 'MISSED',
  ]);
}

/** @param {Line[]} lines */
export function renderText(lines) {
  const table = [COLUMNS, ...rows(lines)];
  const widths = COLUMNS.map((_, column) => Math.max(...table.map((row) => row[column].length)));
  return table
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column]))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

/** bench/results.md @param {{title: string, lines: Line[]}[]} sections */
export function renderMarkdown(sections, postgres) {
  const [{ model }] = cpus();
  const { version } = JSON.parse(readFileSync(join(import.meta.dirname, '../../package.json'), 'utf8'));
  const tables = sections.map(
    ({ title, lines }) =>
      `## ${title}\n\n| ${COLUMNS.join(' | ')} |\n|${COLUMNS.map(() => '---|').join('')}\n${rows(lines)
        .map((row) => `| ${row.join(' | ')} |`)
        .join('\n')}\n`,
  );
  return `# Results of \`npm run bench\`

What is measured and how stands in [README.md](README.md). The figures of one machine on one day; the ratios are what
counts.

- ${new Date().toISOString().slice(0, 10)}, ModelRunner ${version}
- ${model.trim()}, ${cpus().length} cores, ${Math.round(totalmem() / 2 ** 30)} GiB, ${process.platform} ${process.arch}
- Node ${process.versions.node}, PostgreSQL ${postgres}
- ${pinned ? 'What is measured has one core, load and database have the other' : 'No process was kept on a core'}

${tables.join('\n')}`;
}
