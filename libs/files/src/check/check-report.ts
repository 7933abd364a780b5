/** What can be wrong with one key. */
export type Fault = 'missing' | 'wrongSize' | 'orphan';

/** What is wrong with one key of the storage. */
export interface Finding {
  /** `missing`: a row without bytes. `wrongSize`: other bytes than the row says. `orphan`: bytes without a row. */
  fault: Fault;
  storageKey: string;
  /** Bytes that the row says; null without a row. */
  expected: number | null;
  /** Bytes that are there; null without any. */
  found: number | null;
}

/** What a comparison of the database with the storage found. */
export interface CheckReport {
  /** Files and parts of uploads that the database knows. */
  rows: number;
  /** Things in the storage. */
  objects: number;
  /** Bytes in the storage. */
  bytes: number;
  missing: number;
  wrongSize: number;
  orphan: number;
  /** Missing ones that the other storage has: a move is not finished. Not looked for when far too many are missing. */
  elsewhere: number;
  /** How many of them were put right. */
  repaired: number;
  /** The first of them. */
  examples: Finding[];
}

const MOST_EXAMPLES = 20;
/** So many are put right without a word, however few files there are. */
const ALWAYS_REPAIRED = 100;
/** Above this share something else is broken: a folder that is not mounted, a database from an old backup. */
const SUSPICIOUS_SHARE = 0.05;

export function newReport(): CheckReport {
  const found = { missing: 0, wrongSize: 0, orphan: 0, elsewhere: 0 };
  return { rows: 0, objects: 0, bytes: 0, ...found, repaired: 0, examples: [] };
}

export function addFindings(report: CheckReport, findings: Finding[]): void {
  for (const finding of findings) report[finding.fault] += 1;
  report.examples.push(...findings.slice(0, MOST_EXAMPLES - report.examples.length));
}

export function faultsOf({ missing, wrongSize, orphan }: CheckReport): number {
  return missing + wrongSize + orphan;
}

/** Whether so much is wrong that putting it right would rather lose what is only out of sight. */
export function isSuspicious(report: CheckReport): boolean {
  const { rows, objects, missing, wrongSize, orphan, elsewhere } = report;
  const tooMany = (faults: number, all: number) => faults > Math.max(ALWAYS_REPAIRED, all * SUSPICIOUS_SHARE);
  return elsewhere > 0 || tooMany(missing + wrongSize, rows) || tooMany(orphan, objects);
}
