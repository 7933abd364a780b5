import { LABEL_GLYPHS } from './label-glyphs.js';

/** Glyphs are drawn in thousandths of the font size. */
const UNITS = 1000;

function glyphsOf(text: string) {
  return [...text.toLowerCase()].flatMap((character) => LABEL_GLYPHS[character] ?? []);
}

/** Width of a caption in pixels. Characters other than letters, digits, `%` and the space are left out. */
export function labelWidth(text: string, size: number): number {
  return (glyphsOf(text).reduce((total, { advance }) => total + advance, 0) * size) / UNITS;
}

/**
 * A caption as an SVG element in the colour of its surroundings: drawing it needs no font on the machine.
 * @param size font size in pixels
 * @param x left end of the baseline
 */
export function labelSvg(text: string, size: number, x: number, y: number): string {
  let left = 0;
  const glyphs = glyphsOf(text).map(({ advance, outline }) => {
    const path = `<path transform="translate(${left})" d="${outline}"/>`;
    left += advance;
    return path;
  });
  return `<g transform="translate(${x} ${y}) scale(${size / UNITS})">${glyphs.join('')}</g>`;
}
