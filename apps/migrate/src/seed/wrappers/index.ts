import type { WrapperDefinition } from '#libs/catalog';
import { photoStory } from './photo-story.js';
import { portraitCutout } from './portrait-cutout.js';
import { spokenAnnouncement } from './spoken-announcement.js';
import { videoPreview } from './video-preview.js';

/** The wrappers that every installation starts with. */
export const seedWrappers: WrapperDefinition[] = [
  portraitCutout,
  photoStory,
  videoPreview,
  spokenAnnouncement,
];
