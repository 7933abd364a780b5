import type { JsonSchema } from '../catalog.types.js';
import { allParts, followRef, isJsonObject } from '../schema/local-ref.js';
import { valuesOf } from './merged-schema.js';

const MAX_RULES = 12;
const MAX_SETS = 8;
const MAX_TEXT = 160;

/**
 * What the fields of an object must fulfil together, one short sentence each:
 * `at least one of: image | video+frames` · `exactly one of: mode="a"+x | mode="b"+y` · `when mode="video": needs
 * seconds` · `mask needs image` · `not together: seed+seeds`.
 */
export function rulesOf(root: JsonSchema, schema: unknown): string[] {
  const parts = allParts(root, schema);
  return [...new Set(parts.flatMap((part) => [...unionRules(root, part), ...conditions(root, part)]))].slice(
    0,
    MAX_RULES,
  );
}

function unionRules(root: JsonSchema, { anyOf, oneOf, dependentRequired, not }: JsonSchema): string[] {
  const sets = (union: unknown) =>
    (Array.isArray(union) ? (union as unknown[]) : [])
      .slice(0, MAX_SETS)
      .map((branch) => setOf(root, branch));
  const rule = (lead: string, given: string[]) =>
    given.length > 0 && given.every(Boolean) ? [`${lead}: ${given.join(' | ')}`] : [];
  const dependent = Object.entries(isJsonObject(dependentRequired) ? dependentRequired : {});
  const together = isJsonObject(not) && Array.isArray(not.required) ? (not.required as string[]) : [];
  return [
    ...rule('at least one of', sets(anyOf)),
    ...rule('exactly one of', sets(oneOf)),
    ...dependent.map(([field, needed]) => `${field} needs ${(needed as string[]).join(', ')}`),
    ...(together.length > 0 ? [`not together: ${together.join('+')}`] : []),
  ];
}

/** `a+b`, or with the fixed values of a form `kind="x"+a`; empty when the branch requires nothing. */
function setOf(root: JsonSchema, branch: unknown): string {
  const parts = allParts(root, branch);
  const fixed = new Map(parts.flatMap((part) => fixedValues(root, part)));
  const required = new Set(
    parts.flatMap((part) => (Array.isArray(part.required) ? (part.required as string[]) : [])),
  );
  const names = [...new Set([...fixed.keys(), ...required])];
  return names.map((name) => (fixed.has(name) ? `${name}=${fixed.get(name)}` : name)).join('+');
}

/** Fields that have one value only, as JSON text. */
function fixedValues(root: JsonSchema, { properties }: JsonSchema): [string, string][] {
  return Object.entries(isJsonObject(properties) ? properties : {}).flatMap(([name, property]) => {
    const values = valuesOf(followRef(root, property));
    return values?.length === 1 ? [[name, JSON.stringify(values[0])] as [string, string]] : [];
  });
}

function conditions(root: JsonSchema, part: JsonSchema): string[] {
  if (!isJsonObject(part.if)) return [];
  const when = conditionText(root, part.if);
  return [...consequence(root, `when ${when}`, part.then), ...consequence(root, `unless ${when}`, part.else)];
}

function conditionText(root: JsonSchema, condition: JsonSchema): string {
  const fixed = fixedValues(root, condition).map(([name, value]) => `${name}=${value}`);
  const required = (Array.isArray(condition.required) ? (condition.required as string[]) : []).filter(
    (name) => !fixed.some((text) => text.startsWith(`${name}=`)),
  );
  const several = Object.entries(isJsonObject(condition.properties) ? condition.properties : {}).flatMap(
    ([name, property]) => {
      const values = valuesOf(followRef(root, property)) ?? [];
      return values.length > 1 ? [`${name} in ${JSON.stringify(values.slice(0, 10))}`] : [];
    },
  );
  return [...fixed, ...several, ...required].join('+') || short(JSON.stringify(condition));
}

function consequence(root: JsonSchema, lead: string, schema: unknown): string[] {
  if (schema === false) return [`not allowed ${lead}`];
  if (!isJsonObject(schema)) return [];
  const { required, ...others } = followRef(root, schema);
  return [
    ...(Array.isArray(required) ? [`${lead}: needs ${required.join(', ')}`] : []),
    ...(Object.keys(others).length > 0 ? [`${lead}: ${short(JSON.stringify(others))}`] : []),
  ];
}

const short = (text: string): string => (text.length > MAX_TEXT ? `${text.slice(0, MAX_TEXT - 1)}…` : text);
