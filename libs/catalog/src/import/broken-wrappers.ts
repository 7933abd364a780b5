import { isDeepStrictEqual } from 'node:util';
import type { EntityManager } from 'typeorm';
import { AppError, type FieldError } from '#libs/errors';
import type { FieldMappings, JsonSchema } from '../catalog.types.js';
import type { ChangeOrigin } from '../entities/catalog-entry-version.entity.js';
import { LoopTurns } from '../loop-turns.js';
import { fitProblems } from './base-model-check.js';
import type { CanonicalDefinition } from './canonical-definition.js';
import { endpointOf } from './definitions.js';
import { findEntries } from './find-entries.js';

/** A wrapper that fits a model as it stands, and would not fit what is to take the model's place. */
export interface BrokenWrapper {
  wrapper: string;
  /** Endpoint of the model. */
  model: string;
  /** Of the wrapper's latest version. */
  origin: ChangeOrigin;
  /** By path in the wrapper. */
  problems: FieldError[];
}

interface WrapperRow {
  wrapperId: string;
  modelId: string;
  wrapper: string;
  inputSchema: JsonSchema;
  position: number;
  promptField: string | null;
  fieldMappings: FieldMappings;
  origin: ChangeOrigin;
}

/** Wrappers that are held in memory at a time. */
const PAGE = 50;
/** Most problems that one answer lists; the total tells of the rest. */
const MOST_LISTED = 1_000;
/** So many wrappers are named in a sentence or a record; more are counted. */
const MOST_NAMED = 20;
const NOBODY = '00000000-0000-0000-0000-000000000000';

/** `$1`: ids of models; `$2`, `$3`: model and wrapper of the last row of the page before. */
const WRAPPERS_ON = `
  SELECT b.wrapper_id AS "wrapperId", b.model_id AS "modelId", w.owner || '/' || w.alias AS wrapper,
    w.input_schema AS "inputSchema", b.position, b.prompt_field AS "promptField", b.field_mappings AS "fieldMappings",
    coalesce(v.origin, 'release') AS origin
  FROM wrapper_base_models b JOIN catalog_entries w ON w.id = b.wrapper_id
  LEFT JOIN catalog_entry_versions v ON v.entry_id = w.id AND v.version = w.version
  WHERE b.model_id = ANY($1::uuid[]) AND (b.model_id, b.wrapper_id) > ($2::uuid, $3::uuid)
  ORDER BY b.model_id, b.wrapper_id LIMIT ${PAGE}`;

/** The wrappers that models would break which take the place of those that stand. Problems that are there already do not count. */
export async function brokenWrappers(
  manager: EntityManager,
  definitions: readonly CanonicalDefinition[],
): Promise<BrokenWrapper[]> {
  const standing = await findEntries(manager, definitions.map(endpointOf));
  const changes = definitions.flatMap((definition) => {
    const before = standing.get(endpointOf(definition));
    const after = definition.inputSchema as JsonSchema;
    if (!before || isDeepStrictEqual(before.inputSchema, after)) return [];
    return [{ id: before.id, model: endpointOf(before), before: before.inputSchema, after }];
  });
  const byId = new Map(changes.map((change) => [change.id, change]));
  const broken: BrokenWrapper[] = [];
  const turns = new LoopTurns();
  for await (const row of wrappersOn(manager, [...byId.keys()])) {
    await turns.breathe();
    const { model, before, after } = byId.get(row.modelId)!;
    const { wrapper, origin, inputSchema, position } = row;
    const problemsWith = (schema: JsonSchema) =>
      fitProblems(inputSchema, { ...row, index: position }, { endpoint: model, inputSchema: schema });
    const found = problemsWith(after);
    if (found.length === 0) continue;
    const known = problemsWith(before).map(({ path, message }) => `${path}: ${message}`);
    const problems = found.filter(({ path, message }) => !known.includes(`${path}: ${message}`));
    if (problems.length > 0) broken.push({ wrapper, model, origin, problems });
  }
  return broken;
}

async function* wrappersOn(manager: EntityManager, models: readonly string[]): AsyncGenerator<WrapperRow> {
  let last = { modelId: NOBODY, wrapperId: NOBODY };
  for (let rows: WrapperRow[]; models.length > 0; last = rows.at(-1)!) {
    rows = await manager.query<WrapperRow[]>(WRAPPERS_ON, [models, last.modelId, last.wrapperId]);
    yield* rows;
    if (rows.length < PAGE) return;
  }
}

/** @throws AppError `conflict` with every problem of every wrapper, if there is one */
export function refuseBroken(broken: readonly BrokenWrapper[]): void {
  const [first] = broken;
  if (!first) return;
  const problems = broken.flatMap(({ wrapper, problems: own }) =>
    own.map(({ path, message }) => ({ path: `${wrapper}.${path}`, message })),
  );
  const models = [...new Set(broken.map(({ model }) => model))];
  const what = models.length === 1 ? first.model : `${first.model} and ${models.length - 1} more models`;
  const message = `${namesOf(broken)} would not fit ${what} any more.`;
  throw new AppError('conflict', message, {
    validationErrors: problems.slice(0, MOST_LISTED),
    totalProblems: problems.length,
    nextStep:
      'Change the wrappers first so that they fit both, or take the model out of them. Or send it again with `?force=true` (a command: `--force`): calls of these wrappers fail then until they are changed.',
  });
}

/** The wrappers, in words; those beyond the first ones as a number. */
export function namesOf(broken: readonly BrokenWrapper[]): string {
  const names = [...new Set(broken.map(({ wrapper }) => wrapper))];
  const more = names.length - MOST_NAMED;
  return names.slice(0, MOST_NAMED).join(', ') + (more > 0 ? ` and ${more} more` : '');
}
