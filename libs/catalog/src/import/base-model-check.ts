import type { EntityManager } from 'typeorm';
import type { FieldError } from '#libs/errors';
import type { FieldMappings, JsonSchema } from '../catalog.types.js';
import type { CatalogEntry } from '../entities/catalog-entry.entity.js';
import { LoopTurns } from '../loop-turns.js';
import { mappingProblems } from '../wrappers/mapping-check.js';
import type { CanonicalDefinition } from './canonical-definition.js';
import type { WrapperDefinition } from './definitions.js';
import { findEntries } from './find-entries.js';

/** What does not fit between wrappers and the models that they name, a list for each wrapper, in their order. */
export async function baseModelProblems(
  manager: EntityManager,
  definitions: readonly CanonicalDefinition[],
): Promise<FieldError[][]> {
  const wrappers = definitions as unknown as WrapperDefinition[];
  const endpoints = new Set(wrappers.flatMap((wrapper) => wrapper.baseModels.map((base) => base.model)));
  const entries = await findEntries(manager, [...endpoints]);
  const turns = new LoopTurns();
  const problems: FieldError[][] = [];
  for (const wrapper of wrappers) {
    await turns.breathe();
    problems.push(problemsOf(wrapper, entries));
  }
  return problems;
}

function problemsOf(
  { baseModels, inputSchema }: WrapperDefinition,
  entries: ReadonlyMap<string, CatalogEntry>,
): FieldError[] {
  return baseModels.flatMap((base, index): FieldError[] => {
    const model = entries.get(base.model);
    if (model?.kind !== 'model')
      return [{ path: `baseModels.${index}.model`, message: `is no model of this catalogue: ${base.model}` }];
    const { inputSchema: modelSchema } = model;
    return fitProblems(
      inputSchema as JsonSchema,
      { ...base, index },
      { endpoint: base.model, inputSchema: modelSchema },
    );
  });
}

/** How a wrapper names one of its base models. */
interface BaseModelUse {
  promptField?: string | null;
  fieldMappings?: FieldMappings;
  /** Its place in the wrapper's `baseModels`. */
  index: number;
}

/** What does not fit between a wrapper and one of its base models, by path in the wrapper. */
export function fitProblems(
  wrapperSchema: JsonSchema,
  { promptField = 'prompt', fieldMappings = {}, index }: BaseModelUse,
  model: { endpoint: string; inputSchema: JsonSchema },
): FieldError[] {
  const problems = mappingProblems(wrapperSchema, fieldMappings, { ...model, promptField });
  return problems.map(({ path, message }) => ({ path: `baseModels.${index}.${path}`, message }));
}
