import { OutputFile } from '#libs/engines';
import { outputFilesOf, withUrls } from './output-files.js';

const picture = new OutputFile('/w/a.png', 'image/png', 'a.png');
const mask = new OutputFile('/w/b.png', 'image/png', 'b.png');
const output = { image: picture, masks: [mask, { again: picture }], count: 2, none: null, text: 'x' };

describe('files in an output', () => {
  it('are found at any depth', () => {
    expect(outputFilesOf(output)).toEqual([picture, mask, picture]);
    expect(outputFilesOf({ text: 'x', none: null })).toEqual([]);
  });

  it('are replaced by their URLs, and the original stays', () => {
    expect(withUrls(output, (file) => `https://m/${file.fileName}`)).toEqual({
      image: 'https://m/a.png',
      masks: ['https://m/b.png', { again: 'https://m/a.png' }],
      count: 2,
      none: null,
      text: 'x',
    });
    expect(output.image).toBe(picture);
  });
});
