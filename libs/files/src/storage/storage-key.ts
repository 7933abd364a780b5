import { customAlphabet } from 'nanoid';

const LENGTH = 40;
const PATTERN = new RegExp(`^[0-9a-z]{${LENGTH}}$`);

/** 206 random bits. Lower case only, so that two keys differ on file systems that ignore case too. */
export const newStorageKey = customAlphabet('0123456789abcdefghijklmnopqrstuvwxyz', LENGTH);

/** True for what {@link newStorageKey} can make, and so for nothing that could leave the storage's folder. */
export function isStorageKey(text: string): boolean {
  return PATTERN.test(text);
}
