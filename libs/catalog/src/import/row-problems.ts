import { AppError, asSentence, type FieldError } from '#libs/errors';

/** Most problems that one answer lists; the total tells of the rest. */
const MOST_LISTED = 1_000;

/** Something wrong with one row of an import. */
interface RowProblem extends FieldError {
  /** From 0, in the order in which they came. */
  index: number;
  /** Null when the row does not say. */
  endpoint: string | null;
  /** `owner/alias.inputSchema.type`; `#17.…` for the row of index 17 when it does not say its endpoint. */
  path: string;
}

/** Gathers what is wrong with the rows of an import, without growing with it. */
export class RowProblems {
  private readonly listed: RowProblem[] = [];
  private readonly badRows = new Set<number>();
  private total = 0;

  add(index: number, endpoint: string | null, problems: readonly FieldError[]): void {
    if (problems.length === 0) return;
    this.badRows.add(index);
    this.total += problems.length;
    const name = endpoint ?? `#${index}`;
    for (const { path, message } of problems.slice(0, MOST_LISTED - this.listed.length)) {
      this.listed.push({ index, endpoint, path: path ? `${name}.${path}` : name, message });
    }
  }

  has(index: number): boolean {
    return this.badRows.has(index);
  }

  /** @throws AppError `invalid_request` with the problems, if there are any */
  refuse(): void {
    const [first] = this.listed;
    if (!first) return;
    const more = this.total > 1 ? ` (and ${this.total - 1} more)` : '';
    throw new AppError(
      'invalid_request',
      asSentence(`Nothing was written: ${first.path} ${first.message}${more}`),
      {
        validationErrors: this.listed,
        totalProblems: this.total,
      },
    );
  }
}
