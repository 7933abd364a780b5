import type { FieldError } from '#libs/errors';

/** Bounds of one input, checked before anything clones or walks it. */
const INPUT_BOUNDS = { depth: 32, values: 20_000, characters: 1_000_000 } as const;

/**
 * Refuses an input that is too large or too deep to be worth validating.
 *
 * @returns the error, or null when the input is within bounds
 */
export function outOfBounds(input: unknown): FieldError | null {
  let values = 0;
  let characters = 0;
  const pending: { value: unknown; depth: number }[] = [{ value: input, depth: 0 }];
  for (let next = pending.pop(); next; next = pending.pop()) {
    const { value, depth } = next;
    values += 1;
    if (typeof value === 'string') characters += value.length;
    if (depth > INPUT_BOUNDS.depth) return tooMuch(`is nested more than ${INPUT_BOUNDS.depth} levels deep`);
    if (typeof value === 'object' && value !== null) {
      for (const [key, child] of Object.entries(value)) {
        if (!Array.isArray(value)) characters += key.length;
        pending.push({ value: child, depth: depth + 1 });
      }
    }
    if (values + pending.length > INPUT_BOUNDS.values)
      return tooMuch(`has more than ${INPUT_BOUNDS.values} values`);
    if (characters > INPUT_BOUNDS.characters) {
      return tooMuch(
        `has more than ${INPUT_BOUNDS.characters} characters; give a file as a URL, not as its bytes`,
      );
    }
  }
  return null;
}

const tooMuch = (message: string): FieldError => ({ path: '', message });
