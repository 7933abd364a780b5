import type { ModelCard } from '../model-card.js';
import { card as animateImage } from './animate-image/card.js';
import { card as detectLanguage } from './detect-language/card.js';
import { card as detectObjects } from './detect-objects/card.js';
import { card as ocr } from './ocr/card.js';
import { card as removeBackground } from './remove-background/card.js';
import { card as slideshow } from './slideshow/card.js';
import { card as textToSpeech } from './text-to-speech/card.js';
import { card as upscale } from './upscale/card.js';
import { card as videoThumbnail } from './video-thumbnail/card.js';
import { card as videoToGif } from './video-to-gif/card.js';

/**
 * The cards of every model of the local engine. A new model is a folder, an entry here and one in
 * `host/model-loaders.ts`.
 */
export const localModelCards: readonly ModelCard[] = [
  upscale,
  removeBackground,
  detectObjects,
  animateImage,
  slideshow,
  videoToGif,
  videoThumbnail,
  ocr,
  textToSpeech,
  detectLanguage,
];
