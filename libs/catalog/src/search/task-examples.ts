import { readdir, readFile } from 'node:fs/promises';

const FOLDER = new URL('./examples/', import.meta.url);
const ENDING = '.txt';

/** Task → what people say who look for a model of it. */
export type TaskExamples = ReadonlyMap<string, readonly string[]>;

/** `examples/<task>.txt`, one request in a line. */
export async function readTaskExamples(): Promise<TaskExamples> {
  const files = (await readdir(FOLDER)).filter((name) => name.endsWith(ENDING)).sort();
  const texts = await Promise.all(files.map((name) => readFile(new URL(name, FOLDER), 'utf8')));
  return new Map(
    texts.map((text, index) => [
      (files[index] as string).slice(0, -ENDING.length),
      text.split('\n').filter((line) => line !== ''),
    ]),
  );
}
