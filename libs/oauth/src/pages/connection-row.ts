import { day } from '#libs/pages';
import { isLoopbackRedirect, isPrivateSchemeRedirect, redirectDisplayHost } from '../clients/redirect-uri.js';
import type { Connection } from '../grants/grants.service.js';
import { scopeTexts } from '../grants/scopes.js';

/** One connected assistant, in the words of the page. */
export function connectionRow(connection: Connection) {
  const place = placeOf(connection);
  return {
    id: connection.id,
    name: connection.clientName ?? place,
    place,
    unverified: connection.clientKind === 'dynamic',
    scopes: scopeTexts(connection.scopes),
    since: day(connection.createdAt),
    lastUsed: day(connection.lastUsedAt),
  };
}

/** Whose it is, as far as that is known: the host of its own document, or where it was answered. */
function placeOf({ clientKind, clientId, redirectUri }: Connection): string {
  if (clientKind === 'metadata') return new URL(clientId).host;
  if (redirectUri === null) return 'an unknown place';
  if (isLoopbackRedirect(redirectUri)) return 'an application on a computer';
  if (isPrivateSchemeRedirect(redirectUri))
    return `an application opened by ${redirectDisplayHost(redirectUri)}`;
  return redirectDisplayHost(redirectUri);
}
