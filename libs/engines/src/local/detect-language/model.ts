import { AppError } from '#libs/errors';
import { getLIDModel, type LanguageIdentifier } from 'fasttext.wasm.js';
import type { Disposable, LocalModel } from '../local-model.js';

/** Beyond this the answer does not change any more. */
const MAX_CHARACTERS = 10_000;

interface Identifier extends Disposable, Pick<LanguageIdentifier, 'identify'> {}

export const model: LocalModel = {
  async run(job, tools) {
    // fastText takes one line at a time.
    const text = String(job.input['text']).slice(0, MAX_CHARACTERS).replace(/\s+/g, ' ').trim();
    if (!/\p{Letter}/u.test(text)) {
      throw new AppError('invalid_input', 'The text has no letters, so there is no language to detect.');
    }
    const identifier = await tools.session('lid-176', loadIdentifier);
    const guesses = await identifier.identify(text, Number(job.input['maxCandidates']));
    const candidates = guesses.map(({ alpha2, alpha3, refName, possibility }) => ({
      language: alpha2 ?? alpha3,
      name: refName,
      confidence: Math.min(1, Math.round(possibility * 1000) / 1000),
    }));
    const [best] = candidates;
    if (!best) throw new AppError('invalid_input', 'No language was recognised in the text.');
    return { ...best, candidates };
  },
};

async function loadIdentifier(): Promise<Identifier> {
  const identifier = await getLIDModel();
  await identifier.load();
  return {
    identify: (text, top) => identifier.identify(text, top),
    // The weights live in the WebAssembly heap, which goes with the last reference to it.
    release: () => undefined,
  };
}
