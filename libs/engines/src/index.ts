export { resolveAsset } from './asset.js';
export { EngineRegistry } from './engine-registry.js';
export {
  type Engine,
  type EngineCallbacks,
  type EngineJob,
  type EngineProgress,
  type LocalFile,
  OutputFile,
} from './engine.port.js';
export { EnginesModule } from './engines.module.js';
export { localModelCards } from './local/local-models.js';
export type { ModelCard } from './model-card.js';
