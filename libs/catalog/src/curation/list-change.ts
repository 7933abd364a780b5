import type { ListItem } from './recommendation-rules.js';

/** What differs between two states of a list, as endpoints. */
export interface ListChange {
  added: string[];
  removed: string[];
  /** The fewest that must change places to get from one order to the other. */
  moved: string[];
  /** In both, with another note. */
  noted: string[];
}

/** What a change did to a list. */
export function listChange(before: readonly ListItem[], after: readonly ListItem[]): ListChange {
  const [old, now] = [notesOf(before), notesOf(after)];
  const kept = [...now.keys()].filter((endpoint) => old.has(endpoint));
  const places = [...old.keys()];
  const inPlace = longestRise(kept.map((endpoint) => places.indexOf(endpoint)));
  return {
    added: [...now.keys()].filter((endpoint) => !old.has(endpoint)),
    removed: places.filter((endpoint) => !now.has(endpoint)),
    moved: kept.filter((endpoint) => !inPlace.has(places.indexOf(endpoint))),
    noted: kept.filter((endpoint) => old.get(endpoint) !== now.get(endpoint)),
  };
}

export const isNoChange = (change: ListChange): boolean =>
  Object.values(change).every((endpoints: string[]) => endpoints.length === 0);

const notesOf = (items: readonly ListItem[]): Map<string, string> =>
  new Map(items.map(({ endpoint, note = '' }) => [endpoint, note]));

/** The members of a longest rising subsequence: what can stay while everything else moves around it. */
function longestRise(numbers: readonly number[]): Set<number> {
  const rises: number[][] = [];
  for (const [index, number] of numbers.entries()) {
    const before = rises.filter((rise, at) => at < index && (rise.at(-1) as number) < number);
    const longest = before.reduce<number[]>((best, rise) => (rise.length > best.length ? rise : best), []);
    rises.push([...longest, number]);
  }
  return new Set(rises.reduce<number[]>((best, rise) => (rise.length > best.length ? rise : best), []));
}
