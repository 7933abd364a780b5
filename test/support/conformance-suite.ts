import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ROOT } from '../../apps/demo/src/own-server.js';

const LIMIT_MS = 60_000;
const PROGRAM = createRequire(import.meta.url).resolve('@modelcontextprotocol/conformance/dist/index.js');
const PRELOAD = pathToFileURL(join(ROOT, 'test/support/conformance-suite.mjs')).href;

export interface SuiteRun {
  exitCode: number | null;
  output: string;
}

/**
 * Runs one command of the official conformance suite to its end.
 * @param onOutput sees everything that was printed so far, each time that there is more
 */
export async function runConformanceSuite(
  args: string[],
  onOutput: (output: string) => void = () => undefined,
): Promise<SuiteRun> {
  const child = spawn(process.execPath, ['--import', PRELOAD, PROGRAM, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: LIMIT_MS,
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      output += String(chunk);
      onOutput(output);
    });
  }
  const [exitCode] = (await once(child, 'close')) as [number | null];
  return { exitCode, output };
}

/** What the suite says of each scenario at its end. */
export function summaryOf(output: string): Record<string, 'passed' | 'failed'> {
  const lines = output
    .slice(output.indexOf('=== SUMMARY ==='))
    .matchAll(/^([✓✗]) ([a-z0-9-]+): \d+ passed/gm);
  return Object.fromEntries([...lines].map(([, mark, name]) => [name, mark === '✓' ? 'passed' : 'failed']));
}
