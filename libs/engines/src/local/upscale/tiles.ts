/** A rectangle of the picture, in pixels. */
export interface Tile {
  x: number;
  y: number;
  width: number;
  height: number;
}

/** Cuts a picture into tiles that cover it without overlap, row by row. */
export function* cutIntoTiles(width: number, height: number, size: number): Generator<Tile> {
  for (let y = 0; y < height; y += size) {
    for (let x = 0; x < width; x += size) {
      yield { x, y, width: Math.min(size, width - x), height: Math.min(size, height - y) };
    }
  }
}
