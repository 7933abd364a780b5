import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { EngineProgress, LocalFile } from '../../libs/engines/src/engine.port.js';
import { LocalEngine, type LocalEngineOptions } from '../../libs/engines/src/local/local-engine.js';

/** Where the build puts what engine processes run. */
export const BUILT_ENGINES = join(import.meta.dirname, '../../dist/libs/engines/src/local');

/** The real engine: its processes run the build, as they do in production. Close it after the test. */
export function startLocalEngine(options: Partial<LocalEngineOptions> = {}): LocalEngine {
  const childEntry = join(BUILT_ENGINES, 'host/child.js');
  if (!existsSync(childEntry)) throw new Error('Engine processes run the build: run "npm run build" first.');
  return new LocalEngine({ memoryMegabytes: 700, timeoutSeconds: 300, maxIdle: 2, childEntry, ...options });
}

export interface EngineRun {
  result: Promise<Record<string, unknown>>;
  progress: EngineProgress[];
  lines: string[];
}

/** Starts a run of a local model and keeps what it reports. */
export function runOn(
  engine: LocalEngine,
  model: string,
  job: { input: Record<string, unknown>; files?: Record<string, LocalFile>; workDir?: string },
  signal = new AbortController().signal,
): EngineRun {
  const progress: EngineProgress[] = [];
  const lines: string[] = [];
  const result = engine.run(
    {
      requestId: 'r',
      endpoint: `modelrunner/${model}`,
      settings: { model },
      input: job.input,
      files: new Map(Object.entries(job.files ?? {})),
      workDir: job.workDir ?? '/nowhere',
    },
    { signal, onProgress: (update) => progress.push(update), onLog: (line) => lines.push(line) },
  );
  return { result, progress, lines };
}
