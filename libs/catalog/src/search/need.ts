/**
 * How people ask for what the catalogue has. Data, not rules: a row is one need.
 *
 * - `ask`: words and phrases of people, in any form that the stemmer joins. All words of a phrase must be in the query, with `to`, `into`, `from` in their order.
 * - `find`: words that entries for this need have.
 * - `tasks`: the field's names for it; those with a `~` do it among other things.
 *
 * Put in what many people say of many models; the name of one model has no place here.
 */
export interface Need {
  ask: readonly string[];
  find: readonly string[];
  tasks: readonly string[];
}

export const need = (ask: string, find: string, tasks: string): Need => ({
  ask: list(ask),
  find: list(find),
  tasks: list(tasks),
});
export const list = (text: string): string[] =>
  text
    .split(',')
    .map((part) => part.trim())
    .filter(Boolean);
