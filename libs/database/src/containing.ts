/** The LIKE pattern for texts that contain `search`, in which no character has a meaning of its own. */
export function containing(search: string): string {
  return `%${search.replaceAll('\0', '').replaceAll(/[\\%_]/g, '\\$&')}%`;
}
