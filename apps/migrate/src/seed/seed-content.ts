import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { RecommendationList, WrapperDefinition } from '#libs/catalog';
import { localModelCards, type ModelCard, resolveAsset } from '#libs/engines';
import { seedRecommendations } from './recommendations.js';
import { seedWrappers } from './wrappers/index.js';

/** A file that examples and thumbnails show. */
export interface Asset {
  /** As in the cards: `asset:samples/…` or `asset:local/<alias>/…`. */
  name: string;
  /** Absolute. */
  path: string;
  sha256: string;
}

/** What this release brings: data only, nothing of it stored yet. */
export interface SeedContent {
  cards: readonly ModelCard[];
  wrappers: WrapperDefinition[];
  recommendations: RecommendationList[];
  assets: Map<string, Asset>;
}

export async function loadSeedContent(): Promise<SeedContent> {
  const names = new Set([
    ...localModelCards.flatMap(({ alias, thumbnail }) =>
      thumbnail ? [thumbnailAsset(alias, thumbnail)] : [],
    ),
    ...assetNames(localModelCards.map((card) => card.examples)),
    ...assetNames(seedWrappers),
  ]);
  const assets = await Promise.all([...names].map(describeAsset));
  return {
    cards: localModelCards,
    wrappers: seedWrappers,
    recommendations: seedRecommendations,
    assets: new Map(assets.map((asset) => [asset.name, asset])),
  };
}

/** The name of a card's thumbnail among the assets. */
export function thumbnailAsset(alias: string, fileName: string): string {
  return `asset:local/${alias}/${fileName}`;
}

/** Puts URLs in the place of every `asset:` name. */
export function withUrls<Value>(value: Value, urls: ReadonlyMap<string, string>): Value {
  if (typeof value === 'string') return (urls.get(value) ?? value) as Value;
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map((entry: unknown) => withUrls(entry, urls)) as Value;
  const entries = Object.entries(value).map(([key, entry]: [string, unknown]) => [
    key,
    withUrls(entry, urls),
  ]);
  return Object.fromEntries(entries) as Value;
}

/** Changes when anything does that the seed would write: texts, schemas, files, or the origin in their URLs. */
export function fingerprintOf(
  { cards, wrappers, recommendations, assets }: SeedContent,
  issuer: string,
): string {
  const everything = [
    issuer,
    cards,
    wrappers,
    recommendations,
    [...assets.values()].map(({ name, sha256 }) => [name, sha256]),
  ];
  return createHash('sha256').update(JSON.stringify(everything)).digest('hex');
}

function assetNames(value: unknown): string[] {
  if (typeof value === 'string') return resolveAsset(value) === undefined ? [] : [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(assetNames) : [];
}

async function describeAsset(name: string): Promise<Asset> {
  const path = resolveAsset(name);
  if (path === undefined) throw new Error(`${name} is no asset name`);
  const content = await readFile(path);
  return { name, path, sha256: createHash('sha256').update(content).digest('hex') };
}
