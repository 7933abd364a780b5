/** The value below which this share of the values is. */
export function percentile(values, share) {
  const sorted = [...values].sort((one, other) => one - other);
  const position = share * (sorted.length - 1);
  const below = sorted[Math.floor(position)];
  const above = sorted[Math.ceil(position)];
  return below + (above - below) * (position - Math.floor(position));
}

export const median = (values) => percentile(values, 0.5);

/** Least and greatest, for people to see how much a figure means. */
export const spread = (values, format) => `${format(Math.min(...values))} – ${format(Math.max(...values))}`;
