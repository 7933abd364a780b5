import { AppError } from '#libs/errors';
import type { LocalModel } from '../local-model.js';

/** The code of each model, loaded when it first runs. Loaded by engine processes only. */
const LOADERS: Readonly<Record<string, () => Promise<{ model: LocalModel }>>> = {
  upscale: () => import('../upscale/model.js'),
  'remove-background': () => import('../remove-background/model.js'),
  'detect-objects': () => import('../detect-objects/model.js'),
  'animate-image': () => import('../animate-image/model.js'),
  slideshow: () => import('../slideshow/model.js'),
  'video-to-gif': () => import('../video-to-gif/model.js'),
  'video-thumbnail': () => import('../video-thumbnail/model.js'),
  ocr: () => import('../ocr/model.js'),
  'text-to-speech': () => import('../text-to-speech/model.js'),
  'detect-language': () => import('../detect-language/model.js'),
};

export async function loadModel(alias: string): Promise<LocalModel> {
  const load = LOADERS[alias];
  if (!load) throw new AppError('engine_unavailable', `This server has no local model "${alias}".`);
  const { model } = await load();
  return model;
}
