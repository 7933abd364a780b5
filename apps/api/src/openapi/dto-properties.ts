import { ApiProperty } from '@nestjs/swagger';
import { defaultMetadataStorage } from 'class-transformer/cjs/storage.js';
import { getMetadataStorage } from 'class-validator';
import { validationMetadatasToSchemas } from 'class-validator-jsonschema';
import type { JsonSchema } from './json-schema.js';

export type DtoClass = new () => object;

/** Times as the DTOs take them: the library's own answer would be "a date or a time" in words that few tools read. */
const CONVERTERS = {
  isIso8601: { type: 'string' as const, description: 'A date, or a time as in RFC 3339' },
};

/**
 * Tells @nestjs/swagger of every DTO what class-validator knows of its fields. (The plugin that would do so from the
 * types is for the TypeScript compiler, which does not build this project.)
 * @returns every DTO class
 */
export function describeDtos(): DtoClass[] {
  const classes = dtoClasses();
  const described = validationMetadatasToSchemas({
    additionalConverters: CONVERTERS,
    classTransformerMetadataStorage: defaultMetadataStorage as never,
    refPointerPrefix: '#/components/schemas/',
  });
  for (const [name, dto] of classes) describeDto(dto, described[name] as JsonSchema);
  return [...classes.values()];
}

function describeDto(dto: DtoClass, { properties, required = [] }: JsonSchema): void {
  const defaults = new dto() as Record<string, unknown>;
  for (const [name, property] of Object.entries(properties as Record<string, JsonSchema>)) {
    const facts = {
      ...property,
      required: (required as string[]).includes(name) && defaults[name] === undefined,
      ...(defaults[name] !== undefined && { default: defaults[name] }),
    };
    ApiProperty(facts)(dto.prototype as object, name);
  }
}

/** By name, which is how the libraries know them: two of one name would be taken for one. */
function dtoClasses(): ReadonlyMap<string, DtoClass> {
  const { validationMetadatas } = getMetadataStorage() as unknown as {
    validationMetadatas: Map<unknown, unknown>;
  };
  const classes = new Map<string, DtoClass>();
  for (const target of validationMetadatas.keys()) {
    if (typeof target !== 'function') continue;
    if (classes.has(target.name)) throw new Error(`There are two DTOs with the name ${target.name}.`);
    classes.set(target.name, target as DtoClass);
  }
  return classes;
}
