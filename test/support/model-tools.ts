import type { Disposable, LocalModelTools } from '../../libs/engines/src/local/local-model.js';

/** What a model reported while it ran. */
export interface TestTools extends LocalModelTools {
  readonly percents: number[];
  readonly lines: string[];
}

/** The tools of an engine process, for a model that runs inside the test itself. */
export function testTools(
  overrides: Partial<Pick<LocalModelTools, 'signal' | 'ffmpegPath'>> = {},
): TestTools {
  const sessions = new Map<string, Promise<Disposable>>();
  const percents: number[] = [];
  const lines: string[] = [];
  return {
    signal: overrides.signal ?? new AbortController().signal,
    ffmpegPath: overrides.ffmpegPath,
    percents,
    lines,
    progress: (percent) => void percents.push(percent),
    log: (line) => void lines.push(line),
    session: <T extends Disposable>(name: string, load: () => Promise<T>) => {
      const session = (sessions.get(name) as Promise<T> | undefined) ?? load();
      sessions.set(name, session);
      return session;
    },
  };
}
