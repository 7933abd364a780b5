const UNITS = ['bytes', 'KiB', 'MiB', 'GiB', 'TiB'];

/** `209715200` → `200 MiB`; at most one decimal. */
export function formatBytes(bytes: number): string {
  let value = bytes;
  let unit = 0;
  while (value >= 1024 && unit < UNITS.length - 1) {
    value /= 1024;
    unit += 1;
  }
  return `${Number(value.toFixed(1))} ${UNITS[unit]}`;
}
