const DAY = new Intl.DateTimeFormat('en-GB', {
  day: 'numeric',
  month: 'short',
  year: 'numeric',
  timeZone: 'UTC',
});

const INSTANT = new Intl.DateTimeFormat('en-GB', {
  dateStyle: 'medium',
  timeStyle: 'short',
  timeZone: 'UTC',
});

/** A day for people and for programs; null for never. */
export function day(date: Date | null): { iso: string; text: string } | null {
  return date && { iso: date.toISOString(), text: DAY.format(date) };
}

/** A time to the minute for people and for programs; null for never. */
export function instant(date: Date | null): { iso: string; text: string } | null {
  return date && { iso: date.toISOString(), text: `${INSTANT.format(date)} UTC` };
}
