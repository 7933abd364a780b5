import { copyFile, mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { OutputFile } from '../../dist/libs/engines/src/engine.port.js';
import { localModelCards, resolveAsset } from '../../dist/libs/engines/src/index.js';
import { LocalEngine } from '../../dist/libs/engines/src/local/local-engine.js';
import { drawThumbnail } from './thumbnails.mjs';

const RUNS = 3;
const LOCAL_MODELS = fileURLToPath(new URL('../../libs/engines/src/local/', import.meta.url));

const wanted = process.argv.slice(2);
const engine = new LocalEngine({ memoryMegabytes: 700, timeoutSeconds: 300, maxIdle: 1 });
const quiet = { signal: new AbortController().signal, onProgress: () => undefined, onLog: () => undefined };

/** Input files as the worker hands them over: the asset's name stands for the URL. */
async function prepareJob(card, example, workDir) {
  const defaults = Object.entries(card.inputSchema.properties).filter(
    ([, { default: value }]) => value !== undefined,
  );
  const input = {
    ...Object.fromEntries(defaults.map(([name, schema]) => [name, schema.default])),
    ...example.input,
  };
  const files = new Map();
  for (const name of Object.values(input).flat()) {
    const path = resolveAsset(name);
    if (!path) continue;
    const { size } = await stat(path);
    files.set(name, { path, size, contentType: 'application/octet-stream', fileName: basename(path) });
  }
  const settings = { model: card.alias };
  return { requestId: 'example', endpoint: `modelrunner/${card.alias}`, settings, input, files, workDir };
}

async function makeExample(card, example) {
  const workDir = await mkdtemp(join(tmpdir(), 'example-'));
  try {
    const job = await prepareJob(card, example, workDir);
    await engine.run(job, quiet);
    const times = [];
    let output;
    for (let run = 0; run < RUNS; run++) {
      const started = performance.now();
      output = await engine.run(job, quiet);
      times.push((performance.now() - started) / 1000);
    }
    times.sort((a, b) => a - b);
    for (const [key, value] of Object.entries(output)) {
      if (!(value instanceof OutputFile)) continue;
      const name = example.output[key];
      await copyFile(value.path, join(LOCAL_MODELS, name.replace(/^asset:local\//, '')));
      output[key] = name;
    }
    return { output, seconds: times[Math.floor(RUNS / 2)] };
  } finally {
    await rm(workDir, { recursive: true });
  }
}

for (const card of localModelCards) {
  if (wanted.length > 0 && !wanted.includes(card.alias)) continue;
  for (const example of card.examples) {
    const { output, seconds } = await makeExample(card, example);
    console.log(`${card.alias}: ${seconds.toFixed(2)} s\n${JSON.stringify(output)}`);
    await drawThumbnail(card.alias, output, LOCAL_MODELS);
  }
}
await engine.close();
