import { Injectable } from '@nestjs/common';
import { type FieldError, nearestWord } from '#libs/errors';
import type { JsonObject, JsonSchema } from '../catalog.types.js';
import { type CompiledSchema, compileSchema } from '../schema/compiled-schema.js';
import { isJsonObject } from '../schema/local-ref.js';

/** What the catalogue has to know of an engine to tell whether it can run a model. */
export interface KnownEngine {
  /** What stands in `engine`. */
  readonly name: string;
  /** JSON Schema 2020-12 of `engineSettings`. */
  readonly settingsSchema: object;
}

/** The parts of a definition that say what runs it. Any of them may be ill-formed. */
interface Runnable {
  engine?: unknown;
  engineSettings?: unknown;
}

interface Registered {
  engine: KnownEngine;
  settings: CompiledSchema;
}

const at = (path: string, message: string): FieldError => ({ path, message });

/**
 * The engines of this server. Whoever knows them registers them here, since the catalogue stands on no engine; each
 * process that saves models has to, so that a model is never saved unchecked.
 */
@Injectable()
export class KnownEngines {
  private engines: ReadonlyMap<string, Registered> | null = null;

  register(engines: readonly KnownEngine[]): void {
    this.engines = new Map(
      engines.map((engine) => [
        engine.name,
        { engine, settings: compileSchema(engine.settingsSchema as JsonSchema) },
      ]),
    );
  }

  /** Why no engine here can run the model: what its engine is, and how it is set. */
  problems(definition: object): FieldError[] {
    const { engine, engineSettings = {} } = definition as Runnable;
    if (this.engines === null) throw new Error('No engines are registered with the catalogue.');
    // The shape of the definition says it already.
    if (typeof engine !== 'string' || engine.trim() === '' || !isJsonObject(engineSettings)) return [];
    const known = this.engines.get(engine);
    if (!known) return [at('engine', unknownName(engine, [...this.engines.keys()]))];
    // Defaults are filled into a copy that goes no further.
    const problems = known.settings.validate({ ...engineSettings });
    return problems.map(({ path, message }) =>
      at(
        path ? `engineSettings.${path}` : 'engineSettings',
        message + choicesFor(known, path, engineSettings),
      ),
    );
  }
}

function unknownName(engine: string, names: readonly string[]): string {
  const near = nearestWord(engine, names);
  return `is no engine of this server; the engines are: ${names.join(', ')}${near ? `; did you mean ${near}?` : ''}`;
}

/** What may stand in a field of a fixed list of values, where the sentence so far does not tell it, and the nearest. */
function choicesFor({ settings: { schema } }: Registered, path: string, settings: JsonObject): string {
  const properties = schema.properties as Record<string, { enum?: unknown[] }> | undefined;
  const choices = properties?.[path]?.enum?.map(String);
  if (!choices) return '';
  const given = settings[path];
  if (given === undefined) return `: one of ${choices.join(', ')}`;
  const near = typeof given === 'string' ? nearestWord(given, choices) : null;
  return near === null ? '' : `; did you mean ${near}?`;
}
