/** How strongly the source asks for it; `policy` where the sources leave room and this project decided. */
export type Level = 'MUST' | 'MUST NOT' | 'SHOULD' | 'SHOULD NOT' | 'interop' | 'policy';

export interface Row {
  /** The letter of its group and a number: `T8`. */
  id: string;
  level: Level;
  /** Where the rule comes from: `RFC 6749 §5.1`, `MCP 2025-11-25`, `OWASP ASVS 3.2`, a client's known behaviour. */
  source: string;
  /** What this server does, in a sentence. */
  rule: string;
  /** Why a rule of the source is read in this way, where that can be argued about. */
  note?: string;
}

type Result = 'pass' | 'fail';

const GROUPS: Record<string, { title: string; rows: number }> = {
  D: { title: 'Discovery', rows: 15 },
  R: { title: 'Resource server', rows: 18 },
  Z: { title: 'Authorization endpoint', rows: 23 },
  U: { title: 'Sign-in, consent and session', rows: 18 },
  T: { title: 'Token endpoint, authorization code', rows: 20 },
  F: { title: 'Refresh', rows: 12 },
  V: { title: 'Revocation', rows: 8 },
  G: { title: 'Dynamic client registration', rows: 15 },
  C: { title: 'Client ID metadata documents', rows: 14 },
  X: { title: 'Everywhere', rows: 9 },
};

const rows = new Map<string, Row>();
const results = new Map<string, Result>();

/**
 * One row of the matrix: a test that is named by the row's id, and a line of docs/oauth-conformance.md.
 * @param limitMs for rows that start servers or wait
 */
export function row(definition: Row, test: () => Promise<void>, limitMs = 60_000): void {
  const { id, rule } = definition;
  if (rows.has(id)) throw new Error(`the row ${id} is there twice`);
  rows.set(id, definition);
  it(
    `${id} ${rule}`,
    async () => {
      results.set(id, 'fail');
      await test();
      results.set(id, 'pass');
    },
    limitMs,
  );
}

/** The ids that the matrix has and no row of which was defined. */
export function missingRows(): string[] {
  return Object.entries(GROUPS).flatMap(([letter, { rows: count }]) =>
    Array.from({ length: count }, (_, index) => `${letter}${index + 1}`).filter((id) => !rows.has(id)),
  );
}

/** docs/oauth-conformance.md, as this run found it. */
export function renderTable(): string {
  const total = rows.size;
  const passed = [...results.values()].filter((result) => result === 'pass').length;
  const sections = Object.entries(GROUPS).map(([letter, { title }]) => section(letter, title));
  return `# OAuth conformance

Every row is a black-box test over HTTP against the built server, named by its id, in
[test/conformance/oauth](../test/conformance/oauth). This page is written by \`npm run conformance\`; the test run fails
when it does not match what the run found.

${passed} of ${total} rows pass.

${sections.join('\n')}`;
}

function section(letter: string, title: string): string {
  const own = [...rows.values()]
    .filter(({ id }) => id.startsWith(letter))
    .sort((one, other) => Number(one.id.slice(1)) - Number(other.id.slice(1)));
  const lines = own.map((entry) => {
    const rule = entry.note ? `${entry.rule} *${entry.note}*` : entry.rule;
    return `| ${entry.id} | ${entry.level} | ${cell(rule)} | ${cell(entry.source)} | ${results.get(entry.id) ?? 'not run'} |`;
  });
  return `## ${title}\n\n| row | level | rule | source | result |\n|---|---|---|---|---|\n${lines.join('\n')}\n`;
}

const cell = (text: string): string => text.replaceAll('|', '\\|').replace(/\s+/g, ' ');
