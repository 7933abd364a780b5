/** Why this cannot start, as a sentence for the person who starts it: shown without a stack, exit code 1. */
export class StartError extends Error {
  override readonly name = 'StartError';
}
