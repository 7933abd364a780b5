import type { Box } from '../detect-objects/boxes.js';

export const MOTIONS = {
  'zoom-in': 'the camera moves closer to the subject',
  'zoom-out': 'it starts close to the subject and moves back',
  'pan-left': 'it moves to the left',
  'pan-right': 'it moves to the right',
  'pan-up': 'it moves up, ending at the top of the subject',
  'pan-down': 'it moves down, starting at the top of the subject',
} as const;

export type Motion = keyof typeof MOTIONS;

interface Size {
  width: number;
  height: number;
}

/** What the camera looks at, in pixels of the picture. */
export interface Subject {
  box: Box;
  /** True for a living thing, whose head is at the top of its box and must stay in the frame. */
  hasHead: boolean;
}

/** What the camera sees first and last; between the two it moves in a straight line. Both have the film's aspect. */
export interface CameraPath {
  from: Box;
  to: Box;
}

export interface Shot {
  picture: Size;
  subject: Subject;
  /** Width divided by height of the film. */
  aspect: number;
  motion: Motion;
  /** How many times narrower the close view is than the widest one. */
  zoom: number;
}

/** A pan goes at most this part of the view's own length, or it would be too fast to follow. */
const LONGEST_PAN = 0.5;
/** A pan that keeps the whole subject in view must at least go this far to be seen as one. */
const SHORTEST_PAN = 0.1;

/** Plans the camera's path within the picture, so that the subject, or at least its head, stays in view. */
export function planShot(shot: Shot): CameraPath {
  const wide = largestView(shot.picture, shot.aspect);
  const close = { width: wide.width / shot.zoom, height: wide.height / shot.zoom };
  const closeView = look(shot, close);
  switch (shot.motion) {
    case 'zoom-in':
      return { from: look(shot, wide), to: closeView };
    case 'zoom-out':
      return { from: closeView, to: look(shot, wide) };
    default:
      return pan(shot, closeView);
  }
}

function largestView(picture: Size, aspect: number): Size {
  const width = Math.min(picture.width, picture.height * aspect);
  return { width, height: width / aspect };
}

/** A view of that size, centred on the subject; on its upper end when a head would not fit otherwise. */
function look({ picture, subject: { box, hasHead } }: Shot, size: Size): Box {
  const x = box.x + box.width / 2 - size.width / 2;
  const centred = box.y + box.height / 2 - size.height / 2;
  const y = hasHead && box.height > size.height ? box.y : centred;
  return {
    ...size,
    x: clamp(x, 0, picture.width - size.width),
    y: clamp(y, 0, picture.height - size.height),
  };
}

function pan({ picture, subject, motion }: Shot, view: Box): CameraPath {
  const { box } = subject;
  if (motion === 'pan-left' || motion === 'pan-right') {
    const [low, high] = travel(
      { at: view.x, length: view.width },
      { at: box.x, length: box.width },
      picture.width,
    );
    const [left, right] = [
      { ...view, x: low },
      { ...view, x: high },
    ];
    return motion === 'pan-left' ? { from: right, to: left } : { from: left, to: right };
  }
  const [low, high] = travel(
    { at: view.y, length: view.height },
    { at: box.y, length: box.height },
    picture.height,
  );
  const [upper, lower] = [
    { ...view, y: low },
    { ...view, y: high },
  ];
  return motion === 'pan-up' ? { from: lower, to: upper } : { from: upper, to: lower };
}

interface Span {
  at: number;
  length: number;
}

/** First and last place of a view along one axis: around where it is best, with the subject in it if that leaves a way. */
function travel(view: Span, subject: Span, pictureLength: number): [number, number] {
  const free: [number, number] = [0, pictureLength - view.length];
  const whole: [number, number] = [
    clamp(subject.at + subject.length - view.length, ...free),
    clamp(subject.at, ...free),
  ];
  const [low, high] = whole[1] - whole[0] >= SHORTEST_PAN * view.length ? whole : free;
  const way = Math.min(high - low, LONGEST_PAN * view.length);
  const start = clamp(view.at - way / 2, low, high - way);
  return [start, start + way];
}

function clamp(value: number, low: number, high: number): number {
  return Math.max(low, Math.min(high, value));
}
