const DAY = new Intl.DateTimeFormat('en-GB', {
  day: 'numeric',
  month: 'short',
  year: 'numeric',
  timeZone: 'UTC',
});

/** A day for people and for programs; null for never. */
export function day(date: Date | null): { iso: string; text: string } | null {
  return date && { iso: date.toISOString(), text: DAY.format(date) };
}
