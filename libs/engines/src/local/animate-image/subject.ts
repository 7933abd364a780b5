import sharp from 'sharp';
import { detectObjects } from '../detect-objects/detector.js';
import type { LocalModelTools } from '../local-model.js';
import { decode, type Picture, readable } from '../shared/picture.js';
import type { Subject } from './framing.js';

const LIVING = new Set('person bird cat dog horse sheep cow elephant bear zebra giraffe'.split(' '));

const LEAST_SCORE = 0.4;
/** Detections smaller than this part of the picture are not what it is about. */
const LEAST_AREA = 0.02;
/** The detector's boxes tend to cut hair off: room above a head, as a part of the box's height. */
const HEADROOM = 0.06;
/** Side of the picture in which the eye-catching spot is searched. */
const SEARCH_SIZE = 512;
/** Side of the box that is put around an eye-catching spot, as a part of the picture. */
const SPOT = 0.2;

/** A subject and how it was found, for the log. */
export interface FoundSubject extends Subject {
  picture: Picture;
  /** The detector's name for it; undefined when only an eye-catching spot was found. */
  label?: string;
}

/** Finds what a picture is about: the largest person, else the largest thing, else its most eye-catching spot. */
export async function findSubject(
  tools: Pick<LocalModelTools, 'session'>,
  imagePath: string,
): Promise<FoundSubject> {
  const { picture, objects } = await detectObjects(tools, imagePath, {
    threshold: LEAST_SCORE,
    maxObjects: 20,
  });
  const area = picture.width * picture.height;
  const weight = ({ box, label }: (typeof objects)[number]) =>
    box.width * box.height * (label === 'person' ? 4 : 1);
  const [best] = objects
    .filter(({ box }) => box.width * box.height >= LEAST_AREA * area)
    .sort((a, b) => weight(b) - weight(a));
  if (!best) return { picture, box: await eyeCatchingSpot(picture), hasHead: false };
  const hasHead = LIVING.has(best.label);
  const top = hasHead ? Math.max(0, best.box.y - HEADROOM * best.box.height) : best.box.y;
  const box = { ...best.box, y: top, height: best.box.y + best.box.height - top };
  return { picture, box, hasHead, label: best.label };
}

/** libvips' attention search: the spot with the most edges, saturation and skin tones. */
async function eyeCatchingSpot(picture: Picture): Promise<Subject['box']> {
  const small = await readable(
    decode(picture)
      .resize(SEARCH_SIZE, SEARCH_SIZE, { fit: 'fill' })
      .flatten({ background: '#ffffff' })
      .raw()
      .toBuffer({ resolveWithObject: true }),
  );
  const { width, height, channels } = small.info;
  // The search only happens while it crops, so it is asked for half of the width.
  const { info } = await sharp(small.data, { raw: { width, height, channels } })
    .resize(SEARCH_SIZE / 2, SEARCH_SIZE, { fit: 'cover', position: sharp.strategy.attention })
    .toBuffer({ resolveWithObject: true });
  const x = (info.attentionX ?? SEARCH_SIZE / 2) / SEARCH_SIZE - SPOT / 2;
  const y = (info.attentionY ?? SEARCH_SIZE / 2) / SEARCH_SIZE - SPOT / 2;
  return {
    x: x * picture.width,
    y: y * picture.height,
    width: SPOT * picture.width,
    height: SPOT * picture.height,
  };
}
