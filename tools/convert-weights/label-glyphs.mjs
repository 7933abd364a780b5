import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import opentype from 'opentype.js';

/** The outlines that captions in pictures need, so that drawing them needs no font on the machine. */
const CHARACTERS = 'abcdefghijklmnopqrstuvwxyz0123456789% ';
const UNITS = 1000;
const TARGET = new URL('../../libs/engines/src/local/shared/label-glyphs.ts', import.meta.url);

const require = createRequire(import.meta.url);
const bytes = readFileSync(
  require.resolve('@expo-google-fonts/open-sans/600SemiBold/OpenSans_600SemiBold.ttf'),
);
const font = opentype.parse(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length));

const lines = [...CHARACTERS].map((character) => {
  const advance = Math.round(font.getAdvanceWidth(character, UNITS));
  const outline = font.getPath(character, 0, 0, UNITS).toPathData(0);
  return `  '${character}': { advance: ${advance}, outline: '${outline}' },`;
});

writeFileSync(
  TARGET,
  `/**
 * Outlines of Open Sans SemiBold, made by tools/convert-weights/label-glyphs.mjs. SVG path data in thousandths of the
 * font size, the origin on the baseline. Copyright 2020 The Open Sans Project Authors, SIL Open Font License 1.1
 * (label-glyphs.OFL.txt).
 */
export const LABEL_GLYPHS: Readonly<Record<string, { advance: number; outline: string }>> = {
${lines.join('\n')}
};
`,
);
