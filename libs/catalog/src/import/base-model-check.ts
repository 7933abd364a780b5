import type { EntityManager } from 'typeorm';
import type { FieldError } from '#libs/errors';
import type { JsonSchema } from '../catalog.types.js';
import type { CatalogEntry } from '../entities/catalog-entry.entity.js';
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
  return wrappers.map((wrapper) => problemsOf(wrapper, entries));
}

function problemsOf(
  { baseModels, inputSchema }: WrapperDefinition,
  entries: ReadonlyMap<string, CatalogEntry>,
): FieldError[] {
  return baseModels.flatMap((base, index): FieldError[] => {
    const model = entries.get(base.model);
    if (model?.kind !== 'model')
      return [{ path: `baseModels.${index}.model`, message: `is no model of this catalogue: ${base.model}` }];
    const { promptField = 'prompt', fieldMappings = {} } = base;
    const problems = mappingProblems(inputSchema as JsonSchema, fieldMappings, {
      endpoint: base.model,
      inputSchema: model.inputSchema,
      promptField,
    });
    return problems.map(({ path, message }) => ({ path: `baseModels.${index}.${path}`, message }));
  });
}
