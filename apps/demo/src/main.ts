import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { Assistant, type Json } from './assistant.js';
import { ROOT, startOwnServer } from './own-server.js';
import { DEMO_RUNS, type DemoRun } from './runs.js';

const OUTPUT_DIR = join(ROOT, 'demo-output');
const DOWNLOAD_TIMEOUT_MS = 60_000;

const USAGE = `npm run demo                                  starts a server of its own
npm run demo -- --url URL --email E --password P   uses a running one`;

/** Prints a step with the time it took. */
async function step<Result>(title: string, work: () => Promise<Result>): Promise<Result> {
  const started = performance.now();
  const result = await work();
  console.log(`${((performance.now() - started) / 1000).toFixed(2).padStart(7)} s  ${title}`);
  return result;
}

async function uploadSample(assistant: Assistant, sample: string): Promise<string> {
  const bytes = await readFile(join(ROOT, 'samples', sample));
  const { fileUrl } = await assistant.call<{ fileUrl: string }>('upload_file', {
    base64: bytes.toString('base64'),
    fileName: sample,
  });
  return fileUrl;
}

/** Downloads each file of the output into `demo-output/`, and returns the bytes by field. */
async function saveOutput(run: DemoRun, output: Json): Promise<Map<string, Buffer>> {
  const name = run.endpoint.split('/')[1];
  const files = new Map<string, Buffer>();
  await writeFile(join(OUTPUT_DIR, `${name}.json`), `${JSON.stringify(output, null, 2)}\n`);
  for (const [field, value] of Object.entries(output)) {
    if (typeof value !== 'string' || !/^https?:\/\/[^ ]+$/.test(value)) continue;
    const response = await fetch(value, { signal: AbortSignal.timeout(DOWNLOAD_TIMEOUT_MS) });
    if (!response.ok) throw new Error(`${value} answered ${response.status}`);
    const bytes = Buffer.from(await response.arrayBuffer());
    const type = response.headers
      .get('content-type')
      ?.split('/')[1]
      ?.replace('jpeg', 'jpg')
      .replace('x-wav', 'wav');
    await writeFile(join(OUTPUT_DIR, `${name}.${field}.${type}`), bytes);
    files.set(field, bytes);
  }
  return files;
}

async function perform(assistant: Assistant, run: DemoRun): Promise<string | undefined> {
  const tool = run.kind === 'model' ? 'model' : 'wrapper';
  const list = await assistant.call<{ items: { endpoint: string }[] }>(`recommended_${tool}s`, {
    category: run.category,
  });
  if (!list.items.some((item) => item.endpoint === run.endpoint)) return 'it is not in the recommended list';
  await assistant.call(`get_${tool}`, { endpoint: run.endpoint });
  const input = { ...run.input };
  if (run.upload) input[run.upload.field] = await uploadSample(assistant, run.upload.sample);
  const { requestId } = await assistant.call<{ requestId: string }>('run_model', {
    endpoint: run.endpoint,
    input,
  });
  const finished = await assistant.call<{ status: string; output?: Json; error?: Json }>(
    'wait_for_request',
    { requestId },
    (message) => console.log(`           … ${message}`),
  );
  if (finished.status !== 'COMPLETED' || !finished.output) {
    return `${requestId} ended ${finished.status}: ${JSON.stringify(finished.error)}`;
  }
  const files = await saveOutput(run, finished.output);
  return run.judge({
    output: finished.output,
    file: (field) => {
      const bytes = files.get(field);
      if (!bytes) throw new Error(`the output has no file in "${field}": ${JSON.stringify(finished.output)}`);
      return bytes;
    },
  });
}

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: { url: { type: 'string' }, email: { type: 'string' }, password: { type: 'string' } },
  });
  if (values.url && !(values.email && values.password)) {
    console.error(USAGE);
    return 2;
  }
  await rm(OUTPUT_DIR, { recursive: true, force: true });
  await mkdir(OUTPUT_DIR, { recursive: true });
  const own = values.url ? undefined : await step('started a server', () => startOwnServer());
  const url = own?.url ?? values.url!.replace(/\/+$/, '');
  const credentials = own?.credentials ?? { email: values.email!, password: values.password! };
  try {
    const exitCode = await runAll(new URL(`${url}/mcp`), credentials);
    if (exitCode !== 0 && own) console.error(`\nThe server said last:\n${lastLines(own.output())}`);
    return exitCode;
  } finally {
    await own?.stop();
  }
}

/** Enough of a log to see the cause in. */
const lastLines = (log: string): string => log.trimEnd().split('\n').slice(-40).join('\n');

async function runAll(mcpUrl: URL, credentials: { email: string; password: string }): Promise<number> {
  const assistant = await step('registered, signed in, approved and connected', () =>
    Assistant.connect(mcpUrl, credentials),
  );
  const tools = await step('listed the tools', () => assistant.toolNames());
  console.log(`           ${tools.length} tools: ${tools.join(', ')}`);
  let failures = 0;
  for (const run of DEMO_RUNS) {
    const problem = await step(run.endpoint, () =>
      perform(assistant, run).catch((error: Error) => error.message),
    );
    if (problem) {
      failures += 1;
      console.error(`           ✗ ${problem}`);
    }
  }
  await assistant.close();
  console.log(
    failures
      ? `${failures} of ${DEMO_RUNS.length} runs failed.`
      : `All ${DEMO_RUNS.length} runs are as they should be; see demo-output/.`,
  );
  return failures ? 1 : 0;
}

process.exitCode = await main().catch((error: Error) => {
  console.error(error.message);
  return 1;
});
