/** Why the database cannot be prepared, as a sentence for the operator: shown without a stack, exit code 1. */
export class MigrateError extends Error {
  override readonly name = 'MigrateError';
}
