import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import sharp from 'sharp';
import { resolveAsset } from '../asset.js';
import type { JsonSchema, ModelCard } from '../model-card.js';
import { localModelCards } from './local-models.js';

const folder = ({ alias }: ModelCard) => join(import.meta.dirname, alias);

/** A card's example as callers see it: files are URLs. */
function withUrls(value: unknown): unknown {
  if (resolveAsset(value)) return `http://localhost/media/${String(value).split('/').at(-1)}`;
  if (Array.isArray(value)) return value.map(withUrls);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, withUrls(entry)]));
}

function errorsOf(schema: JsonSchema, value: unknown) {
  const ajv = new Ajv2020({ allErrors: true, keywords: ['x-max-bytes'] });
  addFormats.default(ajv);
  const validate = ajv.compile(schema);
  return validate(withUrls(value)) ? [] : validate.errors;
}

it('there are ten local models, each under a name of its own', () => {
  expect(new Set(localModelCards.map(({ alias }) => alias)).size).toBe(10);
});

describe.each(localModelCards.map((card) => [card.alias, card] as const))('the card of %s', (alias, card) => {
  it('stands beside the code of the model', () => {
    expect(existsSync(join(folder(card), 'model.ts'))).toBe(true);
    expect(alias).toMatch(/^[a-z]+(-[a-z]+)*$/);
  });

  it('says in a line what the model does, and at length what it cannot do', () => {
    expect(card.summary.length).toBeLessThanOrEqual(100);
    expect(card.description.length).toBeGreaterThan(200);
  });

  it('describes every input, and lets no other in', () => {
    expect(card.inputSchema.additionalProperties).toBe(false);
    for (const [name, schema] of Object.entries(card.inputSchema.properties ?? {})) {
      expect([name, schema.description]).toEqual([name, expect.stringMatching(/.{10,}/)]);
    }
  });

  it('has a price with four decimals', () => {
    expect(card.price.amountUsd).toMatch(/^\d+\.\d{4}$/);
  });

  it('has an example that fits its schemas, made from files that are there', () => {
    expect(card.examples.length).toBeGreaterThan(0);
    for (const { input, output } of card.examples) {
      expect(errorsOf(card.inputSchema, input)).toEqual([]);
      expect(errorsOf(card.outputSchema, output)).toEqual([]);
    }
  });

  it('has a thumbnail of 320 pixels and at most 40 kB', async () => {
    const path = join(folder(card), String(card.thumbnail));
    expect(statSync(path).size).toBeLessThanOrEqual(40_000);
    expect(await sharp(path).metadata()).toMatchObject({ width: 320 });
  });
});
