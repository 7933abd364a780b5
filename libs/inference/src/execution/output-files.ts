import { OutputFile } from '#libs/engines';

/** Every file in an engine's output, in the order in which it stands there. */
export function outputFilesOf(value: unknown): OutputFile[] {
  if (value instanceof OutputFile) return [value];
  if (value === null || typeof value !== 'object') return [];
  return Object.values(value).flatMap(outputFilesOf);
}

/** A copy of the output with a URL in the place of each file. */
export function withUrls<Value>(value: Value, urlOf: (file: OutputFile) => string): Value {
  if (value instanceof OutputFile) return urlOf(value) as Value;
  if (Array.isArray(value)) return value.map((item: unknown) => withUrls(item, urlOf)) as Value;
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [key, withUrls(inner, urlOf)]),
  ) as Value;
}
