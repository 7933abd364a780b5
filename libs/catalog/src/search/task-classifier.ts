/** So much of a word counts as seen with every task (Lidstone): a word that is new to one does not rule it out. */
const SMOOTHING = 0.1;

/** How likely it is that a request is for a task, 0 to 1. */
export interface TaskGuess {
  task: string;
  probability: number;
}

/**
 * Tells from the words of a request which task it is for: naive Bayes over words (Manning, Raghavan and Schütze,
 * Introduction to Information Retrieval, §13.2), learned from examples. A word says more the fewer tasks it goes with, so
 * what is said everywhere ("make", "need") needs no list of its own.
 */
export class TaskClassifier {
  private readonly tasks: string[];
  /** Stem → the logarithm of its likelihood in each task, in the order of `tasks`. */
  private readonly likelihoods: ReadonlyMap<string, Float32Array>;

  /** @param examples by task, each as its stems */
  constructor(examples: ReadonlyMap<string, readonly (readonly string[])[]>) {
    this.tasks = [...examples.keys()];
    const counts = new Map<string, Float32Array>();
    const totals = new Float32Array(this.tasks.length);
    for (const [index, requests] of [...examples.values()].entries())
      for (const stem of requests.flatMap((stems) => [...new Set(stems)])) {
        const count = counts.get(stem) ?? new Float32Array(this.tasks.length);
        counts.set(stem, count);
        count[index] = (count[index] as number) + 1;
        totals[index] = (totals[index] as number) + 1;
      }
    const unseen = SMOOTHING * counts.size;
    for (const count of counts.values())
      for (let index = 0; index < count.length; index += 1)
        count[index] = Math.log(
          ((count[index] as number) + SMOOTHING) / ((totals[index] as number) + unseen),
        );
    this.likelihoods = counts;
  }

  /** @returns the likeliest first; none where the examples have less than half of the words */
  classify(stems: readonly string[]): TaskGuess[] {
    const given = [...new Set(stems)];
    const known = given.flatMap((stem) => this.likelihoods.get(stem) ?? []);
    if (known.length === 0 || known.length < given.length / 2) return [];
    const logs = this.tasks.map((_, index) =>
      known.reduce((sum, likelihood) => sum + (likelihood[index] as number), 0),
    );
    const highest = Math.max(...logs);
    const shares = logs.map((log) => Math.exp(log - highest));
    const sum = shares.reduce((total, share) => total + share, 0);
    return this.tasks
      .map((task, index) => ({ task, probability: (shares[index] as number) / sum }))
      .sort((one, other) => other.probability - one.probability);
  }
}
