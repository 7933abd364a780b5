import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { AppError } from '#libs/errors';
import { OutputFile } from '../../engine.port.js';
import type { LocalModel } from '../local-model.js';
import { Flite } from './flite.js';
import { speakableText, splitText } from './speakable-text.js';
import type { Voice } from './voices.js';
import { parseWav, WavWriter } from './wav.js';

/** Characters that are spoken at once, a third of a second of work: between two pieces an abort is heard. */
const PIECE_LENGTH = 300;

/** Figures are read out in words, so a short text of figures can make a very long speech. */
const LONGEST_SPEECH_SECONDS = 900;

interface Input {
  text: string;
  voice: Voice;
  speed: number;
}

export const model: LocalModel = {
  async run(job, tools) {
    const { text, voice, speed } = job.input as unknown as Input;
    const pieces = splitText(speakableText(text), PIECE_LENGTH);
    const flite = await tools.session('flite', () => Flite.load());
    const path = join(job.workDir, 'speech.wav');
    const wav = await WavWriter.create(path);
    try {
      for (const [index, piece] of pieces.entries()) {
        await setImmediate();
        tools.signal.throwIfAborted();
        tools.progress((index / pieces.length) * 100, `speaking part ${index + 1} of ${pieces.length}`);
        await wav.append(parseWav(await flite.speak(piece, voice, speed)));
        if (wav.durationSeconds > LONGEST_SPEECH_SECONDS) throw tooLong();
      }
    } finally {
      await wav.close();
    }
    return {
      audio: new OutputFile(path, 'audio/wav', 'speech.wav'),
      durationSeconds: Number(wav.durationSeconds.toFixed(3)),
      sampleRate: wav.sampleRate,
    };
  },
};

function tooLong(): AppError {
  const message = `The speech would be longer than ${LONGEST_SPEECH_SECONDS / 60} minutes. Shorten the text or speak faster.`;
  return new AppError('invalid_input', message, { validationErrors: [{ path: 'text', message }] });
}
