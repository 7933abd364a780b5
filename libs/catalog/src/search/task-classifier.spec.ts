import { TaskClassifier } from './task-classifier.js';
import { readTaskExamples } from './task-examples.js';

describe('TaskClassifier', () => {
  const classifier = new TaskClassifier(
    new Map([
      [
        'tell',
        [
          ['read', 'aloud'],
          ['need', 'voice', 'read'],
        ],
      ],
      [
        'draw',
        [
          ['need', 'draw', 'castl'],
          ['paint', 'castl', 'castl'],
          ['draw', 'voice'],
        ],
      ],
    ]),
  );
  const probability = (stems: string[], task: string) =>
    classifier.classify(stems).find((guess) => guess.task === task)?.probability ?? 0;

  it('gives every task its probability, the likeliest first', () => {
    const guesses = classifier.classify(['castl', 'need']);
    expect(guesses.map(({ task }) => task)).toEqual(['draw', 'tell']);
    expect(guesses.reduce((sum, guess) => sum + guess.probability, 0)).toBeCloseTo(1);
  });

  it('is as sure as the Bayes rule has it', () => {
    // "castl" is in 2 of the 7 words of "draw" (once for each request) and in none of the 5 of "tell"; 7 words are known.
    const draw = (2 + 0.1) / (7 + 0.7);
    const tell = 0.1 / (5 + 0.7);
    expect(probability(['castl'], 'draw')).toBeCloseTo(draw / (draw + tell));
    expect(probability(['castl', 'castl', 'unheard'], 'draw')).toBeCloseTo(draw / (draw + tell));
  });

  it('guesses nothing from words that it mostly never saw', () => {
    expect(classifier.classify(['castl', 'unheard', 'of'])).toEqual([]);
    expect(classifier.classify(['castl', 'unheard'])).not.toEqual([]);
    expect(classifier.classify([])).toEqual([]);
  });
});

it('learns from examples of which each stands once, many for each task', async () => {
  const examples = await readTaskExamples();
  const requests = [...examples.values()].flat();
  expect(examples.size).toBeGreaterThan(50);
  expect(Math.min(...[...examples.values()].map(({ length }) => length))).toBeGreaterThanOrEqual(100);
  expect(requests.filter(({ length }) => length === 0 || length > 40)).toEqual([]);
  expect(new Set(requests.map((words) => words.join(' '))).size).toBe(requests.length);
});
