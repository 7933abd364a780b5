import type { RecommendationList } from '#libs/catalog';

/** The curated lists that an installation starts with: what to try first, and when. */
export const seedRecommendations: RecommendationList[] = [
  {
    kind: 'model',
    category: 'image',
    items: [
      {
        endpoint: 'modelrunner/upscale',
        note: 'To make a picture larger and sharper. Any photo or drawing up to 12 megapixels.',
      },
      {
        endpoint: 'modelrunner/remove-background',
        note: 'To cut people out of a photo. Not for products or animals.',
      },
      {
        endpoint: 'modelrunner/detect-objects',
        note: 'To find out what is in a picture and where, for example before cropping.',
      },
    ],
  },
  {
    kind: 'model',
    category: 'video',
    items: [
      {
        endpoint: 'modelrunner/animate-image',
        note: 'To make a video out of one picture, by camera movement.',
      },
      { endpoint: 'modelrunner/slideshow', note: 'To make a video out of several pictures.' },
      { endpoint: 'modelrunner/video-to-gif', note: 'To cut a short loop out of a video.' },
      { endpoint: 'modelrunner/video-thumbnail', note: 'To get one picture out of a video.' },
    ],
  },
  {
    kind: 'model',
    category: 'utility',
    items: [
      { endpoint: 'modelrunner/ocr', note: 'To read printed text from a photo, a scan or a screenshot.' },
      { endpoint: 'modelrunner/text-to-speech', note: 'To speak an English text.' },
      { endpoint: 'modelrunner/detect-language', note: 'To tell which of 176 languages a text is in.' },
    ],
  },
  {
    kind: 'wrapper',
    category: 'image',
    items: [
      {
        endpoint: 'modelrunner/portrait-cutout',
        note: 'For CV, badge and profile pictures: pick the backdrop by name.',
      },
    ],
  },
  {
    kind: 'wrapper',
    category: 'video',
    items: [
      {
        endpoint: 'modelrunner/photo-story',
        note: 'The quickest way from photos to a film, with a pace instead of numbers.',
      },
      {
        endpoint: 'modelrunner/video-preview',
        note: 'For a page or a message that shows a loop or a still in place of the video.',
      },
    ],
  },
  {
    kind: 'wrapper',
    category: 'utility',
    items: [
      {
        endpoint: 'modelrunner/spoken-announcement',
        note: 'For loudspeaker announcements: give the event, the time and the place.',
      },
    ],
  },
];
