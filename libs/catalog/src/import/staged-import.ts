import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';
import { AppError } from '#libs/errors';
import type { EntryKind, JsonObject } from '../catalog.types.js';
import { LoopTurns } from '../loop-turns.js';
import { isJsonObject } from '../schema/local-ref.js';
import { type CanonicalDefinition, canonicalDefinition, withoutReadOnly } from './canonical-definition.js';
import { definitionProblems } from './definition-check.js';
import { DEFAULT_OWNER } from './definitions.js';
import type { KnownEngines } from './known-engines.service.js';
import { RowProblems } from './row-problems.js';

/** Most rows of one import. */
const MOST_ROWS = 10_000;
/** Rows that are written in one statement. */
const BATCH_ROWS = 100;
/** Rows of a batch are large sometimes: a batch ends here too, in characters of JSON. */
const BATCH_CHARACTERS = 256 * 1024;

const pack = promisify(gzip);
const unpack = promisify(gunzip);

/** Some rows of an import, with the index of each. */
export interface ImportBatch {
  definitions: CanonicalDefinition[];
  indexes: number[];
}

/**
 * The rows of an import between the check of the last one and the write of the first. They may be many and large, so
 * they are kept compressed, in the batches in which they are written, and the checks let others have their turn.
 */
export class StagedImport {
  readonly problems = new RowProblems();
  private readonly packed: { content: Buffer; indexes: number[] }[] = [];
  private readonly indexOf = new Map<string, number>();
  private rows: string[] = [];
  private indexes: number[] = [];
  private characters = 0;
  private readonly turns = new LoopTurns();

  private constructor(
    private readonly kind: EntryKind,
    private readonly engines: KnownEngines,
  ) {}

  /**
   * Checks each row by itself.
   * @throws AppError `invalid_request` when there are too many
   */
  static async of(
    kind: EntryKind,
    rows: Iterable<unknown> | AsyncIterable<unknown>,
    engines: KnownEngines,
  ): Promise<StagedImport> {
    const staged = new StagedImport(kind, engines);
    let index = 0;
    for await (const row of rows) {
      if (index === MOST_ROWS)
        throw new AppError('invalid_request', `An import has at most ${MOST_ROWS} rows.`);
      await staged.add(row, index);
      index += 1;
    }
    await staged.endBatch();
    return staged;
  }

  async *batches(): AsyncGenerator<ImportBatch> {
    for (const { content, indexes } of this.packed) {
      const text = (await unpack(content)).toString();
      yield { definitions: JSON.parse(`[${text}]`) as CanonicalDefinition[], indexes };
    }
  }

  private async add(row: unknown, index: number): Promise<void> {
    await this.turns.breathe();
    const endpoint = endpointIn(row);
    this.problems.add(index, endpoint, definitionProblems(this.kind, row));
    if (this.kind === 'model' && isJsonObject(row))
      this.problems.add(index, endpoint, this.engines.problems(row));
    if (endpoint !== null) this.noteEndpoint(endpoint, index);
    if (this.problems.has(index)) return;
    const text = JSON.stringify(canonicalDefinition(this.kind, withoutReadOnly(row as JsonObject)));
    this.rows.push(text);
    this.indexes.push(index);
    this.characters += text.length;
    if (this.rows.length >= BATCH_ROWS || this.characters >= BATCH_CHARACTERS) await this.endBatch();
  }

  private noteEndpoint(endpoint: string, index: number): void {
    const first = this.indexOf.get(endpoint);
    if (first === undefined) this.indexOf.set(endpoint, index);
    else this.problems.add(index, endpoint, [{ path: '', message: `is defined twice: at ${first} already` }]);
  }

  private async endBatch(): Promise<void> {
    if (this.rows.length === 0) return;
    const { rows, indexes } = this;
    this.rows = [];
    this.indexes = [];
    this.characters = 0;
    this.packed.push({ content: await pack(rows.join(',')), indexes });
  }
}

/** The endpoint that a row is for, as far as it tells one. */
function endpointIn(row: unknown): string | null {
  if (!isJsonObject(row) || typeof row.alias !== 'string') return null;
  const { owner = DEFAULT_OWNER, alias } = row;
  return typeof owner === 'string' ? `${owner}/${alias}`.slice(0, 200) : null;
}
