/** A rectangle of the picture and the larger one around it that the network looks at. In input pixels. */
export interface Tile {
  x: number;
  y: number;
  width: number;
  height: number;
  /** The rectangle with its surroundings, cut off at the picture's edges. */
  around: { x: number; y: number; width: number; height: number };
}

/**
 * Cuts a picture into tiles that cover it without overlap, row by row.
 * @param margin how far beyond a tile the network must see for the tile's own pixels to be exact
 */
export function* cutIntoTiles(width: number, height: number, size: number, margin: number): Generator<Tile> {
  for (let y = 0; y < height; y += size) {
    for (let x = 0; x < width; x += size) {
      const left = Math.max(0, x - margin);
      const top = Math.max(0, y - margin);
      const tileWidth = Math.min(size, width - x);
      const tileHeight = Math.min(size, height - y);
      yield {
        x,
        y,
        width: tileWidth,
        height: tileHeight,
        around: {
          x: left,
          y: top,
          width: Math.min(width, x + tileWidth + margin) - left,
          height: Math.min(height, y + tileHeight + margin) - top,
        },
      };
    }
  }
}
