import { deepFreeze } from './deep-freeze.js';

/** Remembers what a function makes of an object for as long as the object lives. The result is frozen: it is shared. */
export function oncePerObject<Source extends object, Result>(
  make: (source: Source) => Result,
): (source: Source) => Result {
  const made = new WeakMap<Source, Result>();
  return (source) => {
    if (!made.has(source)) made.set(source, deepFreeze(make(source)));
    return made.get(source) as Result;
  };
}
