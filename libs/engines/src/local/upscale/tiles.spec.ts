import { cutIntoTiles } from './tiles.js';

describe('cutIntoTiles', () => {
  it('covers every pixel exactly once', () => {
    const [width, height] = [70, 45];
    const covered = new Uint8Array(width * height);
    for (const tile of cutIntoTiles(width, height, 32)) {
      for (let y = tile.y; y < tile.y + tile.height; y++) {
        for (let x = tile.x; x < tile.x + tile.width; x++) covered[y * width + x]! += 1;
      }
    }
    expect(covered.every((times) => times === 1)).toBe(true);
  });

  it('takes a picture smaller than a tile whole', () => {
    expect([...cutIntoTiles(3, 2, 256)]).toEqual([{ x: 0, y: 0, width: 3, height: 2 }]);
  });
});
