import { parse } from 'node:path';
import type { LocalFile } from '../../engine.port.js';
import type { LocalModelJob } from '../local-model.js';

/** The local copy of the file whose URL stands in a field of the input. */
export function inputFile(job: Pick<LocalModelJob, 'input' | 'files'>, field: string): LocalFile {
  const file = job.files.get(String(job.input[field]));
  if (!file) throw new Error(`The file of the field "${field}" was not handed over.`);
  return file;
}

/** The name of a result after its input: `holiday.jpeg` gives `holiday-x2.png`. */
export function outputName(file: Pick<LocalFile, 'fileName'>, suffix: string, extension: string): string {
  const base = parse(file.fileName).name || 'result';
  return `${base}${suffix}.${extension}`;
}
