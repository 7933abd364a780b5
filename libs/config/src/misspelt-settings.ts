import { editDistance } from '#libs/errors';
import { environmentSchema } from './environment.schema.js';

/** Shorter names are near too many of other programs. */
const SHORTEST_SETTING = 6;
/** Two letters of these may be wrong; of a shorter one (`TEMP_DIR` and everybody's `TMPDIR`) only one. */
const LONG_SETTING = 9;

const SETTINGS = Object.keys(environmentSchema.in.shape);

/**
 * A sentence for each name in the environment that is none of ours and was probably meant to be one. The environment is
 * full of other programs' names, so only near misses count, and none of a setting that is there as well.
 */
export function misspeltSettings(env: NodeJS.ProcessEnv): string[] {
  const isSet = (name: string) => env[name] !== undefined && env[name] !== '';
  const missing = SETTINGS.filter((name) => name.length >= SHORTEST_SETTING && !isSet(name));
  return Object.keys(env)
    .filter((name) => isSet(name) && !SETTINGS.includes(name))
    .flatMap((name) => {
      const meant = nearestSetting(name, missing);
      return meant ? [`${name} is not a setting; did you mean ${meant}?`] : [];
    });
}

/** Tells them on standard error: for whoever starts a process, before it reads its configuration. */
export function warnOfMisspeltSettings(env: NodeJS.ProcessEnv = process.env): void {
  for (const sentence of misspeltSettings(env)) console.warn(sentence);
}

function nearestSetting(name: string, settings: readonly string[]): string | undefined {
  const [nearest] = settings
    .map((setting) => ({ setting, distance: distanceTo(name.toUpperCase(), setting) }))
    .filter(({ setting, distance }) => distance <= (setting.length >= LONG_SETTING ? 2 : 1))
    .sort((one, other) => one.distance - other.distance);
  return nearest?.setting;
}

const distanceTo = (name: string, setting: string): number =>
  Math.abs(name.length - setting.length) > 2 ? Infinity : editDistance(name, setting, 2);
