/**
 * Freezes a value of plain JSON with all that is in it, so that what many callers share cannot be changed by one.
 *
 * @returns the value itself
 */
export function deepFreeze<Value>(value: Value): Value {
  const pending: unknown[] = [value];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    if (typeof next !== 'object' || next === null || Object.isFrozen(next)) continue;
    Object.freeze(next);
    for (const child of Object.values(next)) if (child !== undefined) pending.push(child);
  }
  return value;
}
