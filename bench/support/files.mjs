import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { request } from 'node:http';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { ADMIN } from './database.mjs';

const run = promisify(execFile);
const ADMIN_PROGRAM = join(import.meta.dirname, '../../dist/apps/admin/src/main.js');
const MEBIBYTE = 1024 * 1024;
const CHUNK = Buffer.alloc(MEBIBYTE, 'modelrunner ');

/** An API key of the administrator. */
export async function newApiKey(environment) {
  const args = [ADMIN_PROGRAM, 'key', 'create', '--email', ADMIN.email, '--name', 'bench'];
  const { stdout } = await run(process.execPath, args, { env: { ...process.env, ...environment } });
  return stdout.trim().split('\n').at(-1);
}

/** Announces an upload. @returns {Promise<{upload_url: string, file_url: string}>} */
export async function initiate(url, key, bytes) {
  const response = await fetch(`${url}/storage/upload/initiate`, {
    method: 'POST',
    headers: { authorization: `Key ${key}`, 'content-type': 'application/json' },
    body: JSON.stringify({ file_name: 'a.bin', content_type: 'application/x-bench', size: bytes }),
  });
  if (!response.ok) throw new Error(`initiate answered ${response.status}: ${await response.text()}`);
  return response.json();
}

/** Sends so many bytes as fast as they are taken, and waits for the answer. */
export async function put(url, bytes) {
  const headers = { 'content-type': 'application/x-bench', 'content-length': bytes };
  const outgoing = request(url, { method: 'PUT', headers, agent: false });
  const answered = once(outgoing, 'response');
  for (let sent = 0; sent < bytes; sent += CHUNK.length) {
    if (!outgoing.write(CHUNK.subarray(0, bytes - sent))) await once(outgoing, 'drain');
  }
  outgoing.end();
  const [response] = await answered;
  response.resume();
  await once(response, 'end');
  if (response.statusCode !== 200) throw new Error(`PUT answered ${response.statusCode}`);
}

/** @returns bytes by which a server's memory grew at most while `work` ran */
export async function growthDuring(server, work) {
  const before = await server.rssBytes();
  let most = before;
  let done = false;
  const watching = (async () => {
    for (; !done; await delay(20)) most = Math.max(most, await server.rssBytes());
  })();
  try {
    await work();
  } finally {
    done = true;
    await watching;
  }
  return most - before;
}

export const mebibytes = (bytes) => `${(bytes / MEBIBYTE).toFixed(1)} MiB`;
