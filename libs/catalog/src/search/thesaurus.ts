import { KNOWING_NEEDS } from './knowing-needs.js';
import { MAKING_NEEDS } from './making-needs.js';
import { FAMOUS_NAMES } from './famous-names.js';
import { list, type Need } from './need.js';

export const NEEDS: readonly Need[] = [...MAKING_NEEDS, ...KNOWING_NEEDS, ...FAMOUS_NAMES];

/** What people call the kinds of media that stand in the names of tasks. */
export const MEDIA: Readonly<Record<string, readonly string[]>> = {
  image: list(
    'image, images, img, imgs, picture, pictures, pic, pics, photo, photos, photograph, photographs, i, still, jpg, jpeg, png, selfie, selfies, portrait, portraits, drawing, drawings, painting, illustration, artwork, wallpaper, screenshot, screenshots, snapshot',
  ),
  video: list(
    'video, videos, vid, vids, v, movie, movies, clip, clips, film, films, footage, animation, mp4, mov, reel, reels, tiktok, tiktoks, vlog',
  ),
  text: list('text, texts, txt, t, words, prompt, prompts, description, script, article, sentence'),
  speech: list('speech, voice, spoken, speaking, talk'),
  audio: list(
    'audio, sound, sounds, mp3, wav, recording, recordings, podcast, podcasts, interview, interviews, lecture, meeting',
  ),
  music: list('music, song, songs'),
  '3d': list('3d, mesh, model3d'),
  gif: list('gif, gifs'),
  svg: list('svg, vector'),
  language: list(
    'english, french, german, spanish, italian, portuguese, dutch, polish, russian, ukrainian, arabic, hebrew, turkish, hindi, chinese, mandarin, japanese, korean, vietnamese, indonesian, swedish, greek, czech',
  ),
};

/** Words of a request that say nothing about what is wanted. They count where a query has no others. */
export const FILLERS: readonly string[] = list(
  'make, turn, please, want, need, help, find, use, get, give, let, show, something, thing, tool, model, ai, app, best, good, great, can, could, would, like, way, how, try, using, convert, create, generate, service, wrapper, endpoint, api, look, looking, search, free, online, some, any, one, another, take, put, automatically, easy, easily, simple, able, file, existing, new, my, mine, our, im, ive, id, machine, learning, software, program, thanks, hello, hi',
);

/** The short forms of words that people write and entries do not. */
export const SHORT_FORMS: Readonly<Record<string, string>> = {
  bg: 'background',
  bgs: 'background',
  pic: 'picture',
  pics: 'pictures',
  vid: 'video',
  vids: 'videos',
  img: 'image',
  imgs: 'images',
  txt: 'text',
  res: 'resolution',
  hd: 'resolution',
  bnw: 'monochrome',
  bw: 'monochrome',
  ppl: 'people',
  doc: 'document',
  docs: 'documents',
  yt: 'video',
  rm: 'remove',
  del: 'delete',
  rid: 'remove',
  lang: 'language',
  colour: 'color',
  colours: 'colors',
  colouring: 'coloring',
};

/** Words of one meaning, where the whole word stands for the other. */
export const SAME: readonly (readonly string[])[] = [
  list('image, picture, photo, photograph, pic'),
  list('video, clip, movie, film, footage, reel, tiktok, vlog'),
  list('voice, speech, spoken, speak'),
  list('audio, sound'),
  list('remove, delete, erase, strip, eliminate, hide'),
  list('color, colour'),
  list('fast, quick, rapid, turbo, lightning'),
  list('person, people, human'),
  list('animal, pet, wildlife, dog, cat, bird, horse'),
  list('vehicle, car, automobile'),
  list('medical, doctor, clinical, hospital'),
  list('legal, contract, law, lawyer'),
  list('streaming, realtime, live'),
  list('handwritten, handwriting, cursive'),
  list('anime, manga, cartoon'),
  list('realistic, photorealistic, lifelike, realism'),
  list('product, packshot, merchandise'),
  list('text, words'),
  list('document, pdf, scan'),
  list('song, music'),
  list('watercolor, watercolour, aquarelle'),
];
