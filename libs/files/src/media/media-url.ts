import type { AppConfig } from '#libs/config';
import { isStorageKey } from '../storage/storage-key.js';

const MEDIA_PATH = '/media/';

/** The public URL of a stored file. */
export function mediaUrl(config: Pick<AppConfig, 'issuer'>, key: string): string {
  return config.issuer + MEDIA_PATH + key;
}

/**
 * The key in a URL of this server's own `/media/`, by its public origin or by a loopback name of its port; null for
 * every other URL. Such a file is read from the storage, without going over the network to oneself.
 */
export function ownMediaKey(url: string, config: Pick<AppConfig, 'issuer' | 'PORT'>): string | null {
  if (!URL.canParse(url)) return null;
  const { origin, pathname } = new URL(url);
  if (!ownOrigins(config).includes(origin) || !pathname.startsWith(MEDIA_PATH)) return null;
  const key = pathname.slice(MEDIA_PATH.length);
  return isStorageKey(key) ? key : null;
}

function ownOrigins({ issuer, PORT }: Pick<AppConfig, 'issuer' | 'PORT'>): string[] {
  const loopback = ['127.0.0.1', 'localhost', '[::1]'].map(
    (host) => new URL(`http://${host}:${PORT}`).origin,
  );
  return [new URL(issuer).origin, ...loopback];
}
