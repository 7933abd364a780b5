import { readdir, readFile } from 'node:fs/promises';
import { LoopTurns } from '../loop-turns.js';
import { queryWords } from './query-words.js';

const FOLDER = new URL('./examples/', import.meta.url);
const ENDING = '.txt';

/** Task → what people say who look for a model of it, each request as its words. */
export type TaskExamples = ReadonlyMap<string, readonly (readonly string[])[]>;

/** `examples/<task>.txt`, one request in a line. */
export async function readTaskExamples(): Promise<TaskExamples> {
  const files = (await readdir(FOLDER)).filter((name) => name.endsWith(ENDING)).sort();
  const examples = new Map<string, string[][]>();
  const turns = new LoopTurns();
  for (const name of files) {
    const text = await readFile(new URL(name, FOLDER), 'utf8');
    const requests = text.split('\n').filter((line) => line !== '');
    examples.set(name.slice(0, -ENDING.length), requests.map(queryWords));
    await turns.breathe();
  }
  return examples;
}
