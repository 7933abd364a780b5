import { cutIntoTiles } from './tiles.js';

describe('cutIntoTiles', () => {
  it('covers every pixel exactly once and looks beyond each tile as far as the picture goes', () => {
    const [width, height, size, margin] = [70, 45, 32, 8];
    const covered = new Uint8Array(width * height);
    for (const { around, ...tile } of cutIntoTiles(width, height, size, margin)) {
      for (let y = tile.y; y < tile.y + tile.height; y++) {
        for (let x = tile.x; x < tile.x + tile.width; x++) covered[y * width + x]! += 1;
      }
      expect(around.x).toBe(Math.max(0, tile.x - margin));
      expect(around.y).toBe(Math.max(0, tile.y - margin));
      expect(around.x + around.width).toBe(Math.min(width, tile.x + tile.width + margin));
      expect(around.y + around.height).toBe(Math.min(height, tile.y + tile.height + margin));
    }
    expect(covered.every((times) => times === 1)).toBe(true);
  });

  it('takes a picture smaller than a tile whole', () => {
    expect([...cutIntoTiles(3, 2, 256, 16)]).toEqual([
      { x: 0, y: 0, width: 3, height: 2, around: { x: 0, y: 0, width: 3, height: 2 } },
    ]);
  });
});
